import Fastify from 'fastify'
import pg from 'pg'
import { type Job, PgBoss } from 'pg-boss'
import { listenByHand } from '../support/listen-by-hand.ts'
import { now } from './now.ts'

/**
 * What a good engineer writes by hand: a queue each for two kinds of work. What pg-boss is told is what Cellar tells it:
 * eight jobs at a time, heartbeats, a poll every two seconds, and a notification for each job.
 */
const connectionString = process.env.BENCH_DATABASE_URL ?? ''
const pool = new pg.Pool({ connectionString, max: 10 })
await pool.query(
  `create table if not exists hand_notes (id bigint primary key, text text not null, shout text not null);
  create table if not exists hand_starts (id bigint primary key, at float8 not null)`,
)
const MONITOR_SECONDS = 5
const boss = new PgBoss({
  connectionString,
  schema: 'hand_jobs',
  useListenNotify: true,
  schedule: false,
  superviseIntervalSeconds: MONITOR_SECONDS,
  monitorIntervalSeconds: MONITOR_SECONDS,
  queueCacheIntervalSeconds: 3_600,
  monitorVacuum: false,
  reindex: false,
})
boss.on('error', console.error)
await boss.start()

interface Note {
  readonly id: number
  readonly text: string
}
type Start = Pick<Note, 'id'>

await work<Note>('notes', async ({ data: { id, text } }) => {
  await pool.query({
    name: 'insert',
    text: 'insert into hand_notes (id, text, shout) values ($1, $2, $3)',
    values: [id, text, text.toUpperCase()],
  })
})
await work<Start>('starts', async ({ data: { id } }) => {
  const at = now()
  await pool.query({ name: 'start', text: 'insert into hand_starts (id, at) values ($1, $2)', values: [id, at] })
})

const app = Fastify()
const id = { type: 'integer' } as const
const text = { type: 'string' } as const
const note = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'text'],
  properties: { id, text },
} as const
const start = { type: 'object', additionalProperties: false, required: ['id'], properties: { id } } as const
const job = { type: 'object', properties: { id: text, job_url: text } } as const

app.post<{ Body: Note }>('/notes', { schema: { body: note, response: { 202: job } } }, async ({ body }, reply) =>
  reply.code(202).send(await enqueue('notes', body)),
)
app.post<{ Body: Start }>('/starts', { schema: { body: start, response: { 202: job } } }, async ({ body }, reply) =>
  reply.code(202).send(await enqueue('starts', body)),
)

async function work<T extends object>(queue: string, run: (job: Job<T>) => Promise<void>): Promise<void> {
  await boss.createQueue(queue, {
    heartbeatSeconds: 10,
    retryLimit: 1_000,
    retryDelay: 0,
    expireInSeconds: 23 * 3_600,
    retentionSeconds: 10 * 365 * 86_400,
    deleteAfterSeconds: 600,
    notify: true,
  })
  const options = { batchSize: 8, burstWhenBatchFull: true, pollingIntervalSeconds: 2 }
  await boss.work<T>(queue, options, async (jobs) => {
    await Promise.all(jobs.map(run))
  })
}

async function enqueue(queue: string, data: object): Promise<{ id: string | null; job_url: string }> {
  const id = await boss.send(queue, data)
  return { id, job_url: `/jobs/${id}` }
}

await listenByHand(app, async () => {
  await boss.stop({ graceful: false })
  await pool.end()
})
