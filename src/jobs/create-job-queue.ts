import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import type { Database, Session } from '../database/database.ts'
import { sendDelivery, startBoss } from './boss.ts'
import { type DeliveredKind, isFinal, type Job, type JobHandler, type JobPayload } from './job.ts'
import { JobEvents } from './job-events.ts'
import type { EnqueueOptions, JobQueue, JobQueueOptions, LocalJobOptions } from './job-queue.ts'
import { LocalJobs, type LocalWork } from './local-jobs.ts'
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

export function createJobQueue(database: Database, options: JobQueueOptions = {}): JobQueue {
  return new PgBossJobQueue(database, options)
}

class PgBossJobQueue implements JobQueue {
  readonly #database: Database
  readonly #concurrency: number
  readonly #work: boolean
  readonly #has: (name: string) => boolean
  readonly #onError: (error: unknown) => void
  readonly #handlers = new Map<DeliveredKind, JobHandler>()
  readonly #workers: Worker[] = []
  readonly #local: LocalJobs
  readonly #events = new JobEvents()
  readonly #working = new Set<DeliveredKind>()
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
    this.#local = new LocalJobs({
      database,
      prepareEnd: async () => {
        const boss = await this.#delivery()
        return (session, ended) => queueWebhooks(boss, session, ended)
      },
      onError: this.#onError,
    })
  }

  get prepared(): boolean {
    return this.#prepared
  }

  async prepare(): Promise<void> {
    await this.#delivery()
  }

  async enqueue(kind: DeliveredKind, payload: JobPayload, options: EnqueueOptions = {}): Promise<string> {
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

  async runHere(
    work: (work: LocalWork) => unknown,
    payload: JobPayload,
    options: LocalJobOptions = {},
  ): Promise<string> {
    // Its end may have to be delivered, and its cancelling is told on the channel.
    await Promise.all([this.#delivery(), this.#listen()])
    const id = randomUUID()
    await this.#local.run({ ...options, id, kind: 'local', payload }, work)
    return id
  }

  register(kind: DeliveredKind, handler: JobHandler): void {
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
    this.#local.startLooking()
    await this.expire()
    return boss
  }

  #workOn(boss: PgBoss, kind: DeliveredKind, handler: JobHandler): void {
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
    const workers = this.#workers.splice(0).map((worker) => worker.stop(graceMs))
    await Promise.all([...workers, this.#local.stop(graceMs)])
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
    if (what === 'cancel') for (const worker of [...this.#workers, this.#local]) worker.cancel(id)
    if (what === 'end' || what === 'progress') this.#events.tell(id)
  }
}
