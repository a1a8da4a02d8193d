import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { load } from '../support/load.ts'
import { type Comparison, compare, median } from '../support/measure.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { now } from './now.ts'

const JOBS = 2_000
const CONNECTIONS = 16
const LOOK_MILLISECONDS = 10
const STARTS = 100
/** Longer than a job takes, and no divisor of what anything polls by. */
const PAUSE_MILLISECONDS = 70

interface Queue {
  readonly server: ServerProcess
  /** Where pg-boss keeps its jobs, of whatever kind. */
  readonly deliveries: string
  readonly starts: string
}

export interface JobFigures {
  readonly comparison: Comparison
  /** Median of the milliseconds between the answer and the start of the work. */
  readonly delay: { readonly ours: number; readonly theirs: number }
}

/** Background routes against bare pg-boss, which is told the same: jobs that insert a row each. */
export async function benchJobs(databaseUrl: string, rounds: number): Promise<JobFigures> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const env = { BENCH_DATABASE_URL: databaseUrl, BENCH_HOME: home }
  const servers = await Promise.all([startServer('jobs/cellar.ts', env), startServer('jobs/fastify.ts', env)])
  const ours: Queue = { server: servers[0], deliveries: 'cellar_jobs.job', starts: 'cellar_data.starts' }
  const theirs: Queue = { server: servers[1], deliveries: 'hand_jobs.job', starts: 'hand_starts' }
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  const side = (name: string, queue: Queue) => ({ name, round: () => jobsPerSecond(queue, database) })
  const comparison = await compare(`jobs that insert a row, ${CONNECTIONS} connections`, {
    unit: 'jobs/s',
    goal: 0.8,
    rounds,
    ours: side('cellar', ours),
    theirs: side('pg-boss', theirs),
  })
  const delay = { ours: await startDelay(ours, database), theirs: await startDelay(theirs, database) }
  await database.end()
  await Promise.all(servers.map((server) => server.close()))
  await rm(home, { recursive: true, force: true })
  return { comparison, delay }
}

let id = 0

/** From the first request to the end of the last job. */
async function jobsPerSecond({ server, deliveries }: Queue, database: pg.Client): Promise<number> {
  const body = () => {
    id += 1
    return JSON.stringify({ id, text: `note number ${id}` })
  }
  const start = performance.now()
  await load({ port: server.port, path: '/notes', connections: CONNECTIONS, count: JOBS, body })
  while (!(await isIdle(deliveries, database))) await sleep(LOOK_MILLISECONDS)
  return JOBS / ((performance.now() - start) / 1000)
}

async function isIdle(deliveries: string, database: pg.Client): Promise<boolean> {
  const { rows } = await database.query(
    `select exists (select from ${deliveries} where name not like '\\_\\_%' and state < 'completed') as waiting`,
  )
  return !rows[0]?.waiting
}

/** One job at a time, on a queue that has nothing else to do. */
async function startDelay({ server, starts }: Queue, database: pg.Client): Promise<number> {
  const answered: number[] = []
  for (let n = 0; n < STARTS; n += 1) {
    await load({ port: server.port, path: '/starts', connections: 1, count: 1, body: () => JSON.stringify({ id: n }) })
    answered.push(now())
    await sleep(PAUSE_MILLISECONDS)
  }
  const { rows } = await database.query<{ at: number }>(`select at from ${starts} order by id`)
  if (rows.length !== STARTS) throw new Error(`${rows.length} of ${STARTS} jobs have begun in time`)
  return median(rows.map(({ at }, n) => at - (answered[n] ?? Number.NaN)))
}
