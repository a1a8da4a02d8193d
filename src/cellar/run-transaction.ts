import type { StoreContext } from '../store/context.ts'
import { JobsNotReady, prepareJobs } from '../store/jobs-ready.ts'
import type { RowAccess, TransactionOptions } from './cellar.ts'
import { createRowAccess } from './row-access.ts'

const TIMEOUT_MILLISECONDS = 5_000
/** Milliseconds. Whoever holds a row that is wanted has mostly changed it, which ends in a conflict. */
const LOCK_TIMEOUT = 20
/** The deadline ends it sooner where many write the same rows. */
const ATTEMPTS = 1_000

/** The one place where a transaction spans user code: a connection of its own, a deadline, and again on conflicts. */
export async function runTransaction<T>(
  context: StoreContext,
  body: (tx: RowAccess) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  try {
    return await openTransaction(context, body, options)
  } catch (error) {
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
  return context.database.transaction((session) => body(createRowAccess({ ...context, session })), {
    isolation: 'serializable',
    attempts: ATTEMPTS,
    dedicated: true,
    timeout,
    lockTimeout: LOCK_TIMEOUT,
    ...(signal ? { signal } : {}),
  })
}
