import { setTimeout as sleep } from 'node:timers/promises'
import type { Database, Session } from '../database/database.ts'
import { sqlStateOf } from '../database/database-error.ts'
import { CellarError } from '../errors/cellar-error.ts'

/** Of all definitions in one database: they change one at a time. The number only has to differ from other locks'. */
const CATALOG_LOCK = 4_711_203_001
/** A waiting ALTER makes every later query of the table wait behind it, so it gives way soon and comes back. */
const LOCK_TIMEOUT = '800ms'
const LOCK_NOT_AVAILABLE = '55P03'
const ATTEMPTS = 20
const LONGEST_PAUSE = 1_000

export interface DefinitionOptions {
  readonly signal?: AbortSignal
  /** How often tables are tried that other transactions hold; with the pauses, 20 take about half a minute. @default 20 */
  readonly lockAttempts?: number
}

/** Runs a change of definitions: alone, in one transaction, tried again while other work holds the tables. */
export async function changeDefinitions<T>(
  database: Database,
  body: (tx: Session) => Promise<T>,
  { signal, lockAttempts = ATTEMPTS }: DefinitionOptions = {},
): Promise<T> {
  const started = Date.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction((tx) => exclusively(tx, body), signal ? { signal } : {})
    } catch (error) {
      if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error
      if (attempt >= lockAttempts) {
        const seconds = Math.round((Date.now() - started) / 1_000)
        throw new CellarError('SCHEMA_LOCKED', { seconds }, { cause: error })
      }
      await pause(attempt, signal)
    }
  }
}

/** Waits until no other transaction changes definitions; until this one ends, none will. */
export async function lockCatalog(tx: Session): Promise<void> {
  await tx.execute({ text: `select pg_advisory_xact_lock(${CATALOG_LOCK})` })
}

async function exclusively<T>(tx: Session, body: (tx: Session) => Promise<T>): Promise<T> {
  await lockCatalog(tx)
  await tx.execute({ text: `set local lock_timeout = '${LOCK_TIMEOUT}'` })
  return body(tx)
}

async function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const milliseconds = Math.min(LONGEST_PAUSE, 50 * 2 ** attempt) * (0.5 + Math.random() / 2)
  try {
    await sleep(milliseconds, undefined, signal ? { signal } : {})
  } catch (error) {
    throw new CellarError('ABORTED', { subject: 'apply' }, { cause: error })
  }
}

/** Tells every process to forget what it knows of a table, when the transaction commits. */
export async function notifySchema(tx: Session, path: string): Promise<void> {
  await tx.execute({ text: `select pg_notify('${SCHEMA_CHANNEL}', $1)`, values: [path] })
}

export const SCHEMA_CHANNEL = 'cellar_schema'
