import { setTimeout as sleep } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import type { Database, Session } from '../database/database.ts'
import { sqlStateOf } from '../database/database-error.ts'
import { groupOf } from './hand-over.ts'
import { DELIVERED_KINDS, type DeliveredKind } from './job.ts'

/** Seconds without a sign of life after which a worker counts as dead: with the monitor below, a job starts again within 20 s. */
const HEARTBEAT_SECONDS = 10
const MONITOR_SECONDS = 5
export const TOUCH_MILLISECONDS = 3_000

const QUEUE_OPTIONS = {
  heartbeatSeconds: HEARTBEAT_SECONDS,
  // Only a dead worker or a shutdown makes pg-boss deliver again: failures are recorded by us.
  retryLimit: 1_000,
  retryDelay: 0,
  expireInSeconds: 23 * 3_600,
  // A job waits for as long as it takes: its function may be deployed much later.
  retentionSeconds: 10 * 365 * 86_400,
  deleteAfterSeconds: 600,
} as const

/**
 * What making a schema, a table, a type or a function comes to that another process made a moment ago. pg-boss waits
 * for the other one, but does not notice what it made, since waiting for an advisory lock renews no catalog cache.
 */
const MADE_MEANWHILE = new Set(['23505', '42P06', '42P07', '42710', '42723', '40P01', 'XX000'])
const START_ATTEMPTS = 10
const START_PAUSE_MILLISECONDS = 50

const NO_JOB = '00000000-0000-0000-0000-000000000000'

export const queueName = (kind: DeliveredKind): string => `cellar-${kind}`

/** What pg-boss carries: which job, and what a process has to have to run it. */
export interface DeliveryData {
  readonly id: string
  readonly need?: readonly string[]
}

/** Delivers a job to a worker, when the transaction commits. */
export async function sendDelivery(
  boss: PgBoss,
  session: Session,
  {
    id,
    kind,
    need,
    delay,
  }: {
    readonly id: string
    readonly kind: DeliveredKind
    readonly need?: readonly string[] | null | undefined
    /** Seconds until it may be delivered. */
    readonly delay?: number | undefined
  },
): Promise<void> {
  const options = { db: bossSession(session), ...(delay === undefined ? {} : { startAfter: delay }) }
  if (!need) await boss.send(queueName(kind), { id } satisfies DeliveryData, options)
  else
    await boss.send(queueName(kind), { id, need } satisfies DeliveryData, { ...options, group: { id: groupOf(need) } })
}

/** pg-boss speaks to a transaction, or to the database, through this. */
export function bossSession(session: Session) {
  return {
    async executeSql(text: string, values?: unknown[]) {
      const { rows } = await session.execute(values === undefined ? { text } : { text, values })
      return { rows }
    },
  }
}

/**
 * Starts pg-boss over the port; its queues are created and cached before anybody enqueues inside a transaction. Several
 * processes may do it for the first time at once.
 */
export async function startBoss(database: Database, onError: (error: unknown) => void): Promise<PgBoss> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(database, onError)
    } catch (error) {
      if (attempt >= START_ATTEMPTS || !MADE_MEANWHILE.has(sqlStateOf(error) ?? '')) throw error
      await sleep(START_PAUSE_MILLISECONDS * attempt * (0.5 + Math.random()))
    }
  }
}

async function startOnce(database: Database, onError: (error: unknown) => void): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    db: bossSession(database),
    backend: database.mode === 'embedded' ? 'pglite' : 'postgres',
    schema: 'cellar_jobs',
    schedule: false,
    superviseIntervalSeconds: MONITOR_SECONDS,
    monitorIntervalSeconds: MONITOR_SECONDS,
    queueCacheIntervalSeconds: 3_600,
    monitorVacuum: false,
    reindex: false,
  })
  // Its timers run from the start on, and an error that nobody listens for ends the process.
  boss.on('error', onError)
  try {
    await boss.start()
    await prepareQueues(boss)
    return boss
  } catch (error) {
    await boss.stop({ graceful: false, close: false }).catch(onError)
    throw error
  }
}

async function prepareQueues(boss: PgBoss): Promise<void> {
  const known = new Set((await boss.getQueues()).map((queue) => queue.name))
  for (const kind of DELIVERED_KINDS) {
    const name = queueName(kind)
    if (!known.has(name)) await boss.createQueue(name, QUEUE_OPTIONS)
    // Another process may have created it since the start; pg-boss then looks for it once more, which must not happen
    // inside a transaction.
    await boss.findJobs(name, { id: NO_JOB })
  }
}
