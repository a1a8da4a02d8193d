import { setTimeout as delay } from 'node:timers/promises'
import { isCellarError } from '../errors/cellar-error.ts'
import type { StoreContext } from './context.ts'

const ATTEMPTS = 5

/** Runs a statement again that was chosen as the victim of a deadlock; inside `cellar.transaction` the whole of it is. */
export async function withConflictRetry<T>(context: StoreContext, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      const conflict = isCellarError(error) && error.code === 'TRANSACTION_CONFLICT'
      if (!conflict || context.session || attempt >= ATTEMPTS) throw error
    }
    await delay(Math.random() * 2 ** attempt)
  }
}
