import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { PgBoss } from 'pg-boss'

const QUEUE = 'photo-imports'

export interface JobView {
  readonly id: string
  readonly status: 'pending' | 'done' | 'error'
  readonly result: unknown
  readonly error: unknown
}

type Work<T> = (id: string, input: T) => Promise<unknown>

/** Imports that go on after the answer was sent: what they do and gave lies in the database. */
export class Jobs<T extends object> {
  readonly #boss: PgBoss
  readonly #pool: pg.Pool

  constructor(connectionString: string, pool: pg.Pool) {
    this.#boss = new PgBoss({ connectionString, max: 2 })
    this.#boss.on('error', (error) => console.error(error))
    this.#pool = pool
  }

  async start(work: Work<T>): Promise<void> {
    await this.#pool.query(
      `create table if not exists photo_jobs (id uuid primary key, result jsonb, error text, finished timestamptz,
        created timestamptz not null default now())`,
    )
    await this.#boss.start()
    await this.#boss.createQueue(QUEUE, { retryLimit: 2, expireInSeconds: 300 })
    await this.#boss.work<
      { readonly id: string; readonly input: T },
      unknown,
      { includeMetadata: true; pollingIntervalSeconds: number }
    >(QUEUE, { pollingIntervalSeconds: 0.5, includeMetadata: true }, async ([job]) => {
      if (job === undefined) return
      const { id, input } = job.data
      try {
        await this.#finish(id, await work(id, input), null)
      } catch (error) {
        if (job.retryCount < job.retryLimit) throw error
        await this.#finish(id, null, 'It could not be imported.')
      }
    })
  }

  /** Stored before the caller is told. */
  async enqueue(input: T): Promise<string> {
    const id = randomUUID()
    await this.#pool.query('insert into photo_jobs (id) values ($1)', [id])
    await this.#boss.send(QUEUE, { id, input })
    return id
  }

  async find(id: string): Promise<JobView | undefined> {
    const { rows } = await this.#pool.query('select * from photo_jobs where id = $1', [id])
    const [row] = rows
    if (row === undefined) return undefined
    const status = row.finished === null ? 'pending' : row.error === null ? 'done' : 'error'
    return { id, status, result: row.result, error: row.error }
  }

  async stop(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: 10_000 })
  }

  async #finish(id: string, result: unknown, error: string | null): Promise<void> {
    await this.#pool.query('update photo_jobs set result = $2, error = $3, finished = now() where id = $1', [
      id,
      JSON.stringify(result),
      error,
    ])
  }
}
