import type { Session } from '../database/database.ts'

/**
 * Jobs: durable background work. `cellar.jobs` is the truth; pg-boss delivers ids to workers.
 *
 * States and transitions (each is one guarded UPDATE in `records.ts`):
 *
 *     queued ──claim──▶ running ──▶ done
 *       ▲                  │  └───▶ error
 *       │                  └─ given back at shutdown, or its worker died ─▶ queued
 *       │                  └─ handed over: this process lacks what the job needs ─▶ queued
 *       │                  └─ put off: something outside does not work yet ─▶ queued, for after a while
 *       └── retry ── error | cancelled
 *     queued | running ──cancel──▶ cancelled
 *
 * A `local` job begins as running and is never queued: with its process it is lost, which is an error.
 *
 * Any other job runs at least once: a worker that dies after the effect and before the record runs it again.
 * `attempts` fences: only the attempt that claimed a job may end it.
 */
export type JobState = 'queued' | 'running' | 'done' | 'error' | 'cancelled'

/** The queues of pg-boss, fixed and created once. */
export const DELIVERED_KINDS = ['route', 'fill', 'maintenance', 'webhook'] as const
export type DeliveredKind = (typeof DELIVERED_KINDS)[number]
/** A `local` job is delivered to nobody: only the process that made it can run it. */
export type JobKind = DeliveredKind | 'local'

export type JobPayload = Readonly<Record<string, unknown>>

/** What went wrong, in the words of the error that ended the job. */
export interface JobFailure {
  readonly code: string
  readonly message: string
  readonly status: number
  readonly retryable: boolean
  readonly issues: readonly unknown[]
}

export interface Job {
  readonly id: string
  readonly kind: JobKind
  readonly state: JobState
  readonly route: string | null
  readonly prefix: string | null
  readonly principal: string | null
  readonly payload: JobPayload
  readonly result: unknown
  readonly error: JobFailure | null
  /** From 0 to 1. */
  readonly progress: number
  readonly attempts: number
  /** Functions that a process has to have to run it, as `name@version`. */
  readonly need: readonly string[] | null
  /** Its end is told to the webhook of its router. */
  readonly webhook: boolean
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

/** A job as its handler sees it. */
export interface RunningJob {
  readonly id: string
  readonly payload: JobPayload
  /** Which attempt this is, from 1. */
  readonly attempt: number
  /** Aborted when the job is cancelled and when the worker shuts down. */
  readonly signal: AbortSignal
  /** Records progress, from 0 to 1; at most once a second reaches the database. */
  progress(done: number): void
  /**
   * Ends the job in the transaction of its effect: both happen or neither, and it never runs again.
   *
   * @throws JOB_STATE when it was cancelled or taken over meanwhile; nothing may be committed then
   */
  finish(session: Session, result: unknown): Promise<void>
}

/** Gives the result, a `HandOver` where another process has to go on, or a `TryLater`. */
export type JobHandler = (job: RunningJob) => Promise<unknown>

export const isFinal = (state: JobState): boolean => state === 'done' || state === 'error' || state === 'cancelled'
