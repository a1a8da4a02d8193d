import type { Session } from '../database/database.ts'
import type { DeliveredKind, Job, JobHandler, JobPayload } from './job.ts'
import type { LocalWork } from './local-jobs.ts'
import type { JobFilter } from './records.ts'

export interface EnqueueOptions {
  /** The transaction the job belongs to; call `prepare()` before it is opened. */
  readonly session?: Session
  readonly id?: string
  readonly route?: string
  readonly prefix?: string
  readonly principal?: string
  /** Only a process that has all of it runs the job. */
  readonly need?: readonly string[]
  /** Seconds from its end until it may be deleted. @default seven days */
  readonly keepSeconds?: number
  /** Makes a `webhook` job when it ends, in the transaction of the end. @default false */
  readonly webhook?: boolean
}

export type LocalJobOptions = Omit<EnqueueOptions, 'session' | 'id' | 'need'>

export interface JobQueue {
  /** Makes enqueueing possible inside a transaction: starts the delivery, which needs connections of its own. */
  prepare(): Promise<void>
  /** Whether `prepare` has done its work, so that enqueueing inside a transaction needs no other connection. */
  readonly prepared: boolean
  /** Stores a job and returns its id. With a session it exists when that transaction commits. */
  enqueue(kind: DeliveredKind, payload: JobPayload, options?: EnqueueOptions): Promise<string>
  /** Runs a job in this process, now, and returns its id; with the process it is lost. It is stored first. */
  runHere(work: (work: LocalWork) => unknown, payload: JobPayload, options?: LocalJobOptions): Promise<string>
  /** Says who works on a kind; after `start` the work begins at once. */
  register(kind: DeliveredKind, handler: JobHandler): void
  /** Starts working on the registered kinds, unless others do the work; starting twice is starting once. */
  start(): Promise<void>
  /** Stops working; jobs still running after the grace are given back. */
  stop(options?: { readonly graceMs?: number }): Promise<void>
  get(id: string): Promise<Job | undefined>
  list(filter?: JobFilter): Promise<readonly Job[]>
  /** Undefined when the job is unknown or has ended. */
  cancel(id: string): Promise<Job | undefined>
  /** Undefined when the job is unknown or has not failed. */
  retry(id: string): Promise<Job | undefined>
  /** Waits until the job ends or the time is over; answers with the job as it is then. */
  wait(id: string, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Job | undefined>
  /**
   * The job, and again whenever its state or progress changed, up to its end. It ends earlier with the signal and when
   * the queue is stopped. No connection is held meanwhile.
   */
  watch(id: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<Job>
  /** How many jobs of routes wait under a prefix; counting ends at `atMost`. */
  countWaiting(of: { readonly prefix: string; readonly principal?: string; readonly atMost: number }): Promise<number>
  /** Deletes finished jobs that are kept no longer. */
  expire(options?: { readonly signal?: AbortSignal }): Promise<void>
}

export interface JobQueueOptions {
  /** Jobs of one kind that run at the same time in this process. @default 8 */
  readonly concurrency?: number
  /** False leaves the jobs to other processes. @default true */
  readonly work?: boolean
  /** Whether this process has what a job needs. @default nothing */
  readonly has?: (name: string) => boolean
  readonly onError?: (error: unknown) => void
}
