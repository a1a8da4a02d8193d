import { CellarError } from '../errors/cellar-error.ts'
import type { StoreContext } from '../store/context.ts'
import type { Cellar } from './cellar.ts'

/** Where an open database keeps what it is made of; the same in every installed copy. */
export const CONTEXT = Symbol.for('cellar.context')

/**
 * What is behind an open database, for the layers above that are part of the library.
 *
 * @throws INVALID_DECLARATION when the value was not made by `open()`
 */
export function contextOf(cellar: Cellar): StoreContext {
  if (CONTEXT in cellar) return cellar[CONTEXT] as StoreContext
  throw new CellarError('INVALID_DECLARATION', { subject: 'the database', reason: 'it was not made by open()' })
}
