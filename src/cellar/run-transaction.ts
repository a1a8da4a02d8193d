import { isOutdated, isRefusedAsOutdated } from '../catalog/outdated.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { StoreContext } from '../store/context.ts'
import { JobsNotReady, prepareJobs } from '../store/jobs-ready.ts'
import type { RowAccess, TransactionOptions } from './cellar.ts'
import { createRowAccess } from './row-access.ts'

const TIMEOUT_MILLISECONDS = 5_000
/** Milliseconds. Whoever holds a row that is wanted has mostly changed it, which ends in a conflict. */
const LOCK_TIMEOUT = 20
/** The deadline ends it sooner where many write the same rows. */
const ATTEMPTS = 1_000
/** How often the definition of a table may change while it is under way. */
const DEFINITIONS = 10

/** The one place where a transaction spans user code: a connection of its own, a deadline, and again on conflicts and when a definition changed. */
export async function runTransaction<T>(
  context: StoreContext,
  body: (tx: RowAccess) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  try {
    return await openTransaction(context, body, options)
  } catch (error) {
    if (isRefusedAsOutdated(error)) {
      const reason = `its definition changed ${DEFINITIONS} times while a transaction was under way`
      throw new CellarError('SCHEMA_CHANGED', { table: 'A table', reason }, { cause: error, retryable: true })
    }
    if (!(error instanceof JobsNotReady)) throw error
    await prepareJobs(context)
    return openTransaction(context, body, options)
  }
}

function openTransaction<T>(
  context: StoreContext,
  body: (tx: RowAccess) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const { timeout = TIMEOUT_MILLISECONDS, signal } = options
  const outdated = new Set<unknown>()
  const repeatOn = (error: unknown) => {
    if (!isOutdated(error)) return false
    context.catalog.invalidate()
    return outdated.add(error).size <= DEFINITIONS
  }
  return context.database.transaction((session) => body(createRowAccess({ ...context, session })), {
    isolation: 'serializable',
    attempts: ATTEMPTS,
    dedicated: true,
    timeout,
    lockTimeout: LOCK_TIMEOUT,
    repeatOn,
    ...(signal ? { signal } : {}),
  })
}
