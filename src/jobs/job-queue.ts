import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import type { Database, Session } from '../database/database.ts'
import { sendDelivery, startBoss } from './boss.ts'
import { isFinal, type Job, type JobHandler, type JobKind, type JobPayload } from './job.ts'
import { JobEvents } from './job-events.ts'
import { queueWebhooks } from './queue-webhooks.ts'
import {
  cancelJob,
  countWaitingJobs,
  expireJobs,
  findChangedJob,
  findJob,
  insertJob,
  JOBS_CHANNEL,
  type JobFilter,
  listJobs,
  requeueJob,
} from './records.ts'
import { Worker } from './worker.ts'

const DEFAULT_GRACE_MILLISECONDS = 10_000
/** A start is told to nobody, and nothing that is told is sure to arrive. */
const QUEUED_POLL_MILLISECONDS = 1_000
const RUNNING_POLL_MILLISECONDS = 5_000
const RETENTION_DAYS = 7
const EXPIRED_TOGETHER = 5_000

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

export interface JobQueue {
  /** Makes enqueueing possible inside a transaction: starts the delivery, which needs connections of its own. */
  prepare(): Promise<void>
  /** Whether `prepare` has done its work, so that enqueueing inside a transaction needs no other connection. */
  readonly prepared: boolean
  /** Stores a job and returns its id. With a session it exists when that transaction commits. */
  enqueue(kind: JobKind, payload: JobPayload, options?: EnqueueOptions): Promise<string>
  /** Says who works on a kind; after `start` the work begins at once. */
  register(kind: JobKind, handler: JobHandler): void
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

export function createJobQueue(database: Database, options: JobQueueOptions = {}): JobQueue {
  return new PgBossJobQueue(database, options)
}

class PgBossJobQueue implements JobQueue {
  readonly #database: Database
  readonly #concurrency: number
  readonly #work: boolean
  readonly #has: (name: string) => boolean
  readonly #onError: (error: unknown) => void
  readonly #handlers = new Map<JobKind, JobHandler>()
  readonly #workers: Worker[] = []
  readonly #events = new JobEvents()
  readonly #working = new Set<JobKind>()
  #started: Promise<PgBoss> | undefined
  #boss: Promise<PgBoss> | undefined
  #listener: Promise<{ close(): Promise<void> }> | undefined
  #prepared = false
  /** Counts stops: who watches since before one ends. */
  #stops = 0

  constructor(database: Database, options: JobQueueOptions) {
    this.#database = database
    this.#concurrency = options.concurrency ?? 8
    this.#work = options.work ?? true
    this.#has = options.has ?? (() => false)
    this.#onError = options.onError ?? (() => {})
  }

  get prepared(): boolean {
    return this.#prepared
  }

  async prepare(): Promise<void> {
    await this.#delivery()
  }

  async enqueue(kind: JobKind, payload: JobPayload, options: EnqueueOptions = {}): Promise<string> {
    const boss = await this.#delivery()
    const id = options.id ?? randomUUID()
    const { session: _, id: __, ...stored } = options
    const store = async (session: Session) => {
      await insertJob(session, { ...stored, id, kind, payload })
      await sendDelivery(boss, session, { id, kind, need: stored.need })
    }
    if (options.session) await store(options.session)
    else await this.#database.transaction(store)
    return id
  }

  register(kind: JobKind, handler: JobHandler): void {
    this.#handlers.set(kind, handler)
    if (this.#started) this.#started.then((boss) => this.#workOn(boss, kind, handler)).catch(this.#onError)
  }

  async start(): Promise<void> {
    this.#started ??= this.#startWorking()
    await this.#started.catch((error: unknown) => {
      this.#started = undefined
      throw error
    })
  }

  async #startWorking(): Promise<PgBoss> {
    const boss = await this.#delivery()
    await this.#listen()
    for (const [kind, handler] of this.#handlers) this.#workOn(boss, kind, handler)
    await this.expire()
    return boss
  }

  #workOn(boss: PgBoss, kind: JobKind, handler: JobHandler): void {
    if (!this.#work || this.#working.has(kind)) return
    this.#working.add(kind)
    const worker = new Worker(this.#database, boss, {
      kind,
      handler,
      concurrency: this.#concurrency,
      has: this.#has,
      onError: this.#onError,
    })
    this.#workers.push(worker)
    worker.start()
  }

  async stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    const graceMs = options.graceMs ?? DEFAULT_GRACE_MILLISECONDS
    this.#started = undefined
    this.#stops += 1
    this.#events.tellAll()
    this.#working.clear()
    await Promise.all(this.#workers.splice(0).map((worker) => worker.stop(graceMs)))
    const [listener, boss] = [this.#listener, this.#boss]
    this.#listener = undefined
    this.#boss = undefined
    this.#prepared = false
    await listener?.then((handle) => handle.close())
    await boss?.then((running) => running.stop({ graceful: false, close: false }))
  }

  get(id: string): Promise<Job | undefined> {
    return findJob(this.#database, id)
  }

  list(filter: JobFilter = {}): Promise<readonly Job[]> {
    return listJobs(this.#database, filter)
  }

  async cancel(id: string): Promise<Job | undefined> {
    const boss = await this.#delivery()
    return this.#database.transaction(async (session) => {
      const job = await cancelJob(session, id)
      if (job) await queueWebhooks(boss, session, [job])
      return job
    })
  }

  async retry(id: string): Promise<Job | undefined> {
    const boss = await this.#delivery()
    return this.#database.transaction(async (session) => {
      const job = await requeueJob(session, id)
      if (job) await sendDelivery(boss, session, job)
      return job
    })
  }

  async wait(
    id: string,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Job | undefined> {
    const over = new AbortController()
    const timer = setTimeout(() => over.abort(), options.timeoutMs)
    const signal = options.signal ? AbortSignal.any([over.signal, options.signal]) : over.signal
    let known: Job | undefined
    try {
      for await (const job of this.watch(id, { signal })) known = job
    } finally {
      clearTimeout(timer)
    }
    return known
  }

  async *watch(id: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Job> {
    await this.#listen()
    const stops = this.#stops
    let known: Job | undefined
    for (;;) {
      const news = this.#events.of(id)
      try {
        const job = await (known ? findChangedJob(this.#database, known) : findJob(this.#database, id))
        if (job) yield job
        known = job ?? known
        if (known === undefined || isFinal(known.state) || signal?.aborted || this.#stops > stops) return
        await news.within(known.state === 'queued' ? QUEUED_POLL_MILLISECONDS : RUNNING_POLL_MILLISECONDS, signal)
      } finally {
        news.forget()
      }
    }
  }

  countWaiting(of: { readonly prefix: string; readonly principal?: string; readonly atMost: number }): Promise<number> {
    return countWaitingJobs(this.#database, of)
  }

  async expire({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    let expired: number
    do expired = await expireJobs(this.#database, RETENTION_DAYS, EXPIRED_TOGETHER)
    while (expired === EXPIRED_TOGETHER && !signal?.aborted)
  }

  #delivery(): Promise<PgBoss> {
    this.#boss ??= startBoss(this.#database, this.#onError).then(
      (boss) => {
        this.#prepared = true
        return boss
      },
      (error) => {
        this.#boss = undefined
        throw error
      },
    )
    return this.#boss
  }

  async #listen(): Promise<void> {
    this.#listener ??= this.#database.listen(JOBS_CHANNEL, (event) => this.#hear(event))
    await this.#listener
  }

  #hear(event: string): void {
    const [what, id = ''] = event.split(' ')
    if (what === 'new') for (const worker of this.#workers) worker.wake()
    if (what === 'cancel') for (const worker of this.#workers) worker.cancel(id)
    if (what === 'end' || what === 'progress') this.#events.tell(id)
  }
}
