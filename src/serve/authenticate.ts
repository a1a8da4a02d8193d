import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { CellarError } from '../errors/cellar-error.ts'
import { exchangeOf } from './http/exchange.ts'
import type { RouterState } from './router-state.ts'

/**
 * Asks the router's `auth` who calls and keeps the user at `c.get('user')`. Routes for everybody go on without one.
 *
 * @throws UNAUTHENTICATED
 */
export async function authenticate(state: RouterState, c: Context, isPublic: boolean): Promise<void> {
  if (state.auth === undefined) return
  const user = await state.auth(c)
  if (user !== null && user !== undefined) {
    c.set('user', user)
    const exchange = exchangeOf(c)
    if (exchange) exchange.user = user
  } else if (!isPublic) throw new CellarError('UNAUTHENTICATED', {})
}

/** What a user's jobs are kept under: the `id` of the user where there is one, else a hash of all it holds. */
export function principalOf(c: Context): string | undefined {
  const user: unknown = c.get('user')
  if (user === undefined || user === null) return undefined
  return userId(user) ?? createHash('sha256').update(JSON.stringify(user)).digest('hex')
}

/** What a user is called; undefined for one that has no `id` and is none. */
export function userId(user: unknown): string | undefined {
  if (typeof user === 'string' || typeof user === 'number') return String(user)
  const id = typeof user === 'object' && user !== null ? (user as { readonly id?: unknown }).id : undefined
  return typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint' ? String(id) : undefined
}
