import type { PgBoss } from 'pg-boss'
import type { Database, Session } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { Coalescer } from '../util/coalescer.ts'
import { bossSession, type DeliveryData, queueName, sendDelivery, TOUCH_MILLISECONDS } from './boss.ts'
import { failureOf } from './failure-of.ts'
import { HandOver, UnmetNeeds } from './hand-over.ts'
import type { DeliveredKind, Job, JobHandler } from './job.ts'
import { ProgressReports } from './progress-reports.ts'
import { queueWebhooks } from './queue-webhooks.ts'
import { claimJobs, endJobs, giveBackJob, type JobEnd, notifyWorkers, recordProgress, returnJob } from './records.ts'
import { TryLater } from './try-later.ts'

const POLL_MILLISECONDS = 2_000
const PROGRESS_MILLISECONDS = 1_000
const SETTLED_TOGETHER = 64

/** An attempt of pg-boss: `retryCount` fences it against one that was delivered again meanwhile. */
interface Delivery {
  readonly id: string
  readonly retryCount: number
  readonly data: DeliveryData
}
interface Slot {
  readonly delivery: Delivery
  readonly job: Job
  readonly abort: AbortController
  done: Promise<void>
}
interface Ended {
  readonly slot: Slot
  readonly end: JobEnd | HandOver | TryLater
}

/**
 * Runs the jobs of one kind: fetches as many as there are free slots, runs each on its own promise, settles each on
 * its own, and fetches again at once when a fetch was full. Idle, it waits for a notification or the next poll.
 */
export class Worker {
  readonly #database: Database
  readonly #boss: PgBoss
  readonly #kind: DeliveredKind
  readonly #handler: JobHandler
  readonly #concurrency: number
  readonly #slots = new Map<string, Slot>()
  readonly #unmet: UnmetNeeds
  readonly #onError: (error: unknown) => void
  /** Jobs that end while others are being settled are settled together after them. */
  readonly #settling: Coalescer<Ended, void>
  #stopping = false
  #wake: () => void = () => {}
  /** Set by a wake-up that finds nobody idle, so that none is lost between a fetch and the next wait. */
  #woken = false
  #loop: Promise<void> = Promise.resolve()
  #touch: NodeJS.Timeout | undefined

  constructor(
    database: Database,
    boss: PgBoss,
    options: {
      readonly kind: DeliveredKind
      readonly handler: JobHandler
      readonly concurrency: number
      readonly has: (name: string) => boolean
      readonly onError: (error: unknown) => void
    },
  ) {
    this.#database = database
    this.#boss = boss
    this.#kind = options.kind
    this.#handler = options.handler
    this.#concurrency = options.concurrency
    this.#onError = options.onError
    this.#unmet = new UnmetNeeds(options.has)
    this.#settling = new Coalescer<Ended, void>({
      slots: 1,
      maxItems: SETTLED_TOGETHER,
      run: async (ended) => {
        await this.#settle(ended)
        return ended.map(() => undefined)
      },
      runAlone: (ended) => this.#settle([ended]),
    })
  }

  start(): void {
    this.#loop = this.#run()
    this.#touch = setInterval(() => void this.#keepAlive(), TOUCH_MILLISECONDS)
    this.#touch.unref()
  }

  /** Something may be waiting. */
  wake(): void {
    this.#woken = true
    this.#wake()
  }

  cancel(id: string): void {
    this.#slots.get(id)?.abort.abort(new DOMException('The job was cancelled.', 'AbortError'))
  }

  /** Takes no more jobs, waits for the running ones, and gives back those that did not end within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true
    this.wake()
    await this.#loop
    const running = [...this.#slots.values()]
    let timer: NodeJS.Timeout | undefined
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs)
    })
    await Promise.race([Promise.all(running.map((slot) => slot.done)), grace])
    clearTimeout(timer)
    for (const slot of [...this.#slots.values()]) {
      await giveBackJob(this.#database, slot.job)
      await this.#boss.fail(queueName(this.#kind), slot.delivery.id)
      this.#slots.delete(slot.job.id)
      slot.abort.abort(new DOMException('The worker is shutting down.', 'AbortError'))
    }
    clearInterval(this.#touch)
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#woken = false
      const free = this.#concurrency - this.#slots.size
      let fetched = 0
      if (free > 0) {
        try {
          fetched = await this.#fetch(free)
        } catch (error) {
          this.#onError(error)
        }
      }
      if (this.#stopping) return
      if (free === 0 || fetched < free) await this.#idle()
    }
  }

  #idle(): Promise<void> {
    if (this.#woken) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MILLISECONDS)
      timer.unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #fetch(limit: number): Promise<number> {
    const queue = queueName(this.#kind)
    const fetched = (await this.#boss.fetch<DeliveryData>(queue, {
      batchSize: limit,
      includeMetadata: true,
      ignoreGroups: this.#unmet.groups(),
    })) as readonly Delivery[]
    const deliveries = fetched.filter(({ data }) => this.#unmet.meets(data.need))
    if (deliveries.length < fetched.length)
      await this.#passOn(fetched.filter((delivery) => !deliveries.includes(delivery)))
    if (deliveries.length === 0) return fetched.length
    const jobs = await claimJobs(
      this.#database,
      deliveries.map((delivery) => delivery.data.id),
    )
    const byId = new Map(jobs.map((job) => [job.id, job]))
    const settled: Delivery[] = []
    for (const delivery of deliveries) {
      const job = byId.get(delivery.data.id)
      if (job === undefined || this.#slots.has(job.id)) settled.push(delivery)
      else this.#occupy(delivery, job)
    }
    if (settled.length > 0) await this.#boss.complete(queue, settled.map(attemptOf))
    return fetched.length
  }

  /** Sends again what this process cannot do; from now on it leaves it to the others. */
  async #passOn(deliveries: readonly Delivery[]): Promise<void> {
    await this.#database.transaction(async (session) => {
      await this.#complete(session, deliveries)
      for (const { data } of deliveries) await sendDelivery(this.#boss, session, { ...data, kind: this.#kind })
      await notifyWorkers(session)
    })
  }

  #occupy(delivery: Delivery, job: Job): void {
    const slot: Slot = { delivery, job, abort: new AbortController(), done: Promise.resolve() }
    this.#slots.set(job.id, slot)
    slot.done = this.#execute(slot).finally(() => {
      this.#slots.delete(job.id)
      this.wake()
    })
  }

  async #execute(slot: Slot): Promise<void> {
    const { job, abort } = slot
    const reports = new ProgressReports(
      (done) => void recordProgress(this.#database, job, done).catch(this.#onError),
      PROGRESS_MILLISECONDS,
    )
    let finished = false
    const finish = async (session: Session, result: unknown) => {
      const ended = await endJobs(session, [{ job, end: { state: 'done', result: result ?? null } }])
      if (ended.length === 0) throw new CellarError('JOB_STATE', { state: 'ended already', action: 'finished' })
      await queueWebhooks(this.#boss, session, ended)
      await this.#complete(session, [slot.delivery])
      finished = true
    }
    try {
      const end = await this.#handler({
        id: job.id,
        payload: job.payload,
        attempt: job.attempts,
        signal: abort.signal,
        progress: (done) => reports.report(done),
        finish,
      }).then(
        (result) => (isReturn(result) ? result : { state: 'done' as const, result: result ?? null }),
        (error: unknown) => ({ state: 'error' as const, error: failureOf(error) }),
      )
      reports.end()
      // Record and delivery ended in the transaction of the handler's write, without which it would not have succeeded.
      if (finished && !isReturn(end) && end.state === 'done') return
      if (end instanceof HandOver) this.#unmet.meets(end.need)
      // After a shutdown the job was given back: its next attempt records the end.
      if (this.#stopping && abort.signal.aborted) return
      await this.#settling.submit({ slot, end })
    } catch (error) {
      // Neither recorded nor settled: the heartbeat stops and the job is delivered again.
      this.#onError(error)
    }
  }

  /** The record and the delivery end in one transaction. */
  async #settle(ended: readonly Ended[]): Promise<void> {
    await this.#database.transaction(async (session) => {
      const ends = ended.flatMap(({ slot, end }) => (isReturn(end) ? [] : [{ job: slot.job, end }]))
      if (ends.length > 0) await queueWebhooks(this.#boss, session, await endJobs(session, ends))
      for (const { slot, end } of ended) if (isReturn(end)) await this.#return(session, slot.job, end)
      await this.#complete(
        session,
        ended.map(({ slot }) => slot.delivery),
      )
    })
  }

  async #complete(session: Session, deliveries: readonly Delivery[]): Promise<void> {
    await this.#boss.complete(queueName(this.#kind), deliveries.map(attemptOf), null, { db: bossSession(session) })
  }

  async #return(session: Session, job: Job, end: HandOver | TryLater): Promise<void> {
    const put = end instanceof TryLater ? { need: job.need, error: end.error } : { need: end.need }
    const delay = end instanceof TryLater ? end.seconds : undefined
    const returned = await returnJob(session, { job, ...put })
    if (returned) await sendDelivery(this.#boss, session, { ...returned, kind: this.#kind, delay })
  }

  async #keepAlive(): Promise<void> {
    const attempts = [...this.#slots.values()].map((slot) => attemptOf(slot.delivery))
    if (attempts.length === 0) return
    await this.#boss.touch(queueName(this.#kind), attempts).catch(this.#onError)
  }
}

const isReturn = (end: unknown): end is HandOver | TryLater => end instanceof HandOver || end instanceof TryLater

const attemptOf = ({ id, retryCount }: Delivery) => ({ id, retryCount })
