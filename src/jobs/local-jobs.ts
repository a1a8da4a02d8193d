import { setTimeout as delay } from 'node:timers/promises'
import type { Database, Session } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { TOUCH_MILLISECONDS } from './boss.ts'
import { failureOf } from './failure-of.ts'
import type { Job } from './job.ts'
import { ProgressReports } from './progress-reports.ts'
import { endJobs, endLostJobs, type JobEnd, type NewJob, recordProgress, startLocalJob, touchJobs } from './records.ts'

/** Without a sign of life for so long, the process of a job counts as dead. */
const LOST_SECONDS = 12
const LOOK_MILLISECONDS = 5_000
const PROGRESS_MILLISECONDS = 1_000
const RECORD_AGAIN_MILLISECONDS = 1_000

/** A job that runs in the process that made it, as its work sees it. */
export interface LocalWork {
  readonly id: string
  /** Aborted when the job is cancelled and when the process shuts down. */
  readonly signal: AbortSignal
  /** Records progress, from 0 to 1; at most once a second reaches the database. */
  progress(done: number): void
}

interface Running {
  readonly job: Job
  readonly abort: AbortController
  readonly done: Promise<void>
}

interface LocalJobsOptions {
  readonly database: Database
  /** Gives what is called in the transaction of an end; asked for before it is opened. */
  readonly prepareEnd: () => Promise<(session: Session, ended: readonly Job[]) => Promise<void>>
  readonly onError: (error: unknown) => void
}

/**
 * Jobs that run in the process that made them, at once: what they do is code in its memory, which no other process
 * has. One whose process dies ends as JOB_LOST; whichever process of the database lives sees to it.
 */
export class LocalJobs {
  readonly #database: Database
  readonly #prepareEnd: LocalJobsOptions['prepareEnd']
  readonly #onError: LocalJobsOptions['onError']
  readonly #running = new Map<string, Running>()
  #touching: NodeJS.Timeout | undefined
  #looking: NodeJS.Timeout | undefined
  #look: Promise<void> = Promise.resolve()
  #stopping = false

  constructor({ database, prepareEnd, onError }: LocalJobsOptions) {
    this.#database = database
    this.#prepareEnd = prepareEnd
    this.#onError = onError
  }

  /** The job is recorded before its work begins, and the work has begun when this is done. */
  async run(job: NewJob, work: (work: LocalWork) => unknown): Promise<void> {
    const started = await startLocalJob(this.#database, job)
    const abort = new AbortController()
    const done = this.#execute(started, abort.signal, work).finally(() => this.#leave(started))
    this.#running.set(started.id, { job: started, abort, done })
    this.#touching ??= setInterval(() => void this.#touch().catch(this.#onError), TOUCH_MILLISECONDS).unref()
  }

  cancel(id: string): void {
    this.#running.get(id)?.abort.abort(new DOMException('The job was cancelled.', 'AbortError'))
  }

  /** Ends the jobs of dead processes, now and from time to time. */
  startLooking(): void {
    this.#stopping = false
    if (this.#looking) return
    const look = () => {
      this.#look = this.#endLost().catch(this.#onError)
    }
    this.#looking = setInterval(look, LOOK_MILLISECONDS).unref()
    look()
  }

  /** Waits for what runs; what does not end within `graceMs` is aborted and ends as lost. */
  async stop(graceMs: number): Promise<void> {
    clearInterval(this.#looking)
    this.#looking = undefined
    this.#stopping = true
    await this.#look
    const over = new AbortController()
    const running = Promise.all([...this.#running.values()].map(({ done }) => done))
    await Promise.race([running, delay(graceMs, undefined, { signal: over.signal }).catch(() => {})])
    over.abort()
    const left = [...this.#running.values()]
    const end = { state: 'error' as const, error: failureOf(new CellarError('JOB_LOST', {})) }
    if (left.length > 0) await this.#end(left.map(({ job }) => ({ job, end }))).catch(this.#onError)
    for (const { job, abort } of left) {
      this.#leave(job)
      abort.abort(new DOMException('The process is shutting down.', 'AbortError'))
    }
  }

  async #execute(job: Job, signal: AbortSignal, work: (work: LocalWork) => unknown): Promise<void> {
    const record = (done: number) => void recordProgress(this.#database, job, done).catch(this.#onError)
    const reports = new ProgressReports(record, PROGRESS_MILLISECONDS)
    let end: JobEnd
    try {
      const result = await work({ id: job.id, signal, progress: (done) => reports.report(done) })
      end = { state: 'done', result: result ?? null }
    } catch (error) {
      end = { state: 'error', error: failureOf(error) }
    }
    reports.end()
    // It was lost at a shutdown meanwhile.
    if (this.#running.has(job.id)) await this.#record(job, end)
  }

  /** The database may be away for a while. */
  async #record(job: Job, end: JobEnd): Promise<void> {
    for (;;) {
      try {
        return await this.#end([{ job, end }])
      } catch (error) {
        this.#onError(error)
        if (this.#stopping) return
        await delay(RECORD_AGAIN_MILLISECONDS, undefined, { ref: false })
      }
    }
  }

  async #end(ends: Parameters<typeof endJobs>[1]): Promise<void> {
    const tell = await this.#prepareEnd()
    await this.#database.transaction(async (session) => tell(session, await endJobs(session, ends)))
  }

  async #endLost(): Promise<void> {
    const error = failureOf(new CellarError('JOB_LOST', {}))
    const tell = await this.#prepareEnd()
    await this.#database.transaction(async (session) =>
      tell(session, await endLostJobs(session, { silentSeconds: LOST_SECONDS, error })),
    )
  }

  async #touch(): Promise<void> {
    await touchJobs(this.#database, [...this.#running.keys()])
  }

  #leave({ id }: Job): void {
    this.#running.delete(id)
    if (this.#running.size > 0) return
    clearInterval(this.#touching)
    this.#touching = undefined
  }
}
