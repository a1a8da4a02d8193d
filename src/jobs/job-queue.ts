import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import type { Database, Session } from '../database/database.ts'
import { sendDelivery, startBoss } from './boss.ts'
import { isFinal, type Job, type JobHandler, type JobKind, type JobPayload } from './job.ts'
import {
  cancelJob,
  expireJobs,
  findJob,
  insertJob,
  JOBS_CHANNEL,
  type JobFilter,
  listJobs,
  requeueJob,
} from './records.ts'
import { Worker } from './worker.ts'

const DEFAULT_GRACE_MILLISECONDS = 10_000
const WAIT_POLL_MILLISECONDS = 1_000
const RETENTION_DAYS = 7

export interface EnqueueOptions {
  /** The transaction the job belongs to; call `prepare()` before it is opened. */
  readonly session?: Session
  readonly id?: string
  readonly route?: string
  readonly prefix?: string
  readonly principal?: string
  /** Only a process that has all of it runs the job. */
  readonly need?: readonly string[]
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
  readonly #waiters = new Map<string, Set<() => void>>()
  readonly #working = new Set<JobKind>()
  #started: Promise<PgBoss> | undefined
  #boss: Promise<PgBoss> | undefined
  #listener: Promise<{ close(): Promise<void> }> | undefined
  #prepared = false

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
    const { route, prefix, principal, need } = options
    const store = async (session: Session) => {
      await insertJob(session, { id, kind, payload, route, prefix, principal, need })
      await sendDelivery(boss, session, { id, kind, need })
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
    await expireJobs(this.#database, RETENTION_DAYS)
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
    return cancelJob(this.#database, id)
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
    await this.#listen()
    const deadline = Date.now() + options.timeoutMs
    for (;;) {
      const ended = this.#ended(id)
      try {
        const job = await findJob(this.#database, id)
        const rest = deadline - Date.now()
        if (job === undefined || isFinal(job.state) || rest <= 0 || options.signal?.aborted) return job
        await ended.within(Math.min(rest, WAIT_POLL_MILLISECONDS), options.signal)
      } finally {
        ended.forget()
      }
    }
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
    if (what === 'end') for (const waiter of this.#waiters.get(id) ?? []) waiter()
  }

  #ended(id: string) {
    let wake = () => {}
    const heard = new Promise<void>((resolve) => {
      wake = resolve
    })
    const waiters = this.#waiters.get(id) ?? new Set()
    this.#waiters.set(id, waiters.add(wake))
    return {
      async within(milliseconds: number, signal?: AbortSignal): Promise<void> {
        let timer: NodeJS.Timeout | undefined
        const over = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, milliseconds)
          signal?.addEventListener('abort', () => resolve(), { once: true })
        })
        await Promise.race([heard, over])
        clearTimeout(timer)
      },
      forget: () => {
        waiters.delete(wake)
        if (waiters.size === 0) this.#waiters.delete(id)
      },
    }
  }
}
