import type { StoreContext } from '../store/context.ts'
import type { RowAccess, TransactionOptions } from './cellar.ts'
import { createRowAccess } from './row-access.ts'

const TIMEOUT_MILLISECONDS = 5_000
const ATTEMPTS = 10

/** The one place where a transaction spans user code: a connection of its own, a deadline, and again on conflicts. */
export function runTransaction<T>(
  context: StoreContext,
  body: (tx: RowAccess) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { timeout = TIMEOUT_MILLISECONDS, signal } = options
  return context.database.transaction((session) => body(createRowAccess({ ...context, session })), {
    isolation: 'serializable',
    attempts: ATTEMPTS,
    dedicated: true,
    timeout,
    ...(signal ? { signal } : {}),
  })
}
