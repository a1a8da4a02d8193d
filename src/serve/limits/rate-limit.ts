import { createHash } from 'node:crypto'
import type { Context, Env } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import { principalOf } from '../authenticate.ts'
import type { Binding } from '../binding.ts'
import { clientAddress } from '../http/client-address.ts'
import { type Taken, TokenLeases } from './token-leases.ts'

/** How often a caller may call: `requests` at once, filled up again evenly over the seconds of `per`. */
export interface RateLimit<E extends Env = Env> {
  readonly requests: number
  /** Seconds, or one of these words. @default 'minute' */
  readonly per?: number | 'second' | 'minute' | 'hour' | 'day'
  /** Who counts as one caller. @default 'user' on a router with `auth`, else 'ip' */
  readonly key?: 'user' | 'ip' | ((c: Context<E>) => string)
}

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const
const MOST_REQUESTS = 1_000_000_000

/** Checks who may call and counts it; throws RATE_LIMITED. */
export type LimitRate = (c: Context, binding: Binding) => Promise<void>

/** @throws ROUTE_INVALID */
export function checkRateLimit(title: string, value: unknown): RateLimit | undefined {
  if (value === undefined) return undefined
  const { requests, per = 'minute', key } = (value ?? {}) as Record<string, unknown>
  const fail = (option: string, found: unknown, fix: string) =>
    new CellarError('ROUTE_INVALID', {
      route: title,
      option: `rateLimit.${option}`,
      reason: `is ${String(found)}`,
      fix,
    })
  if (!Number.isSafeInteger(requests) || Number(requests) < 1 || Number(requests) > MOST_REQUESTS)
    throw fail('requests', requests, 'Give a whole number above 0.')
  const isWord = typeof per === 'string' && Object.hasOwn(SECONDS, per)
  if (!isWord && !(typeof per === 'number' && per > 0 && per <= SECONDS.day * 366))
    throw fail('per', per, 'Give seconds, or second, minute, hour or day.')
  if (key !== undefined && key !== 'user' && key !== 'ip' && typeof key !== 'function')
    throw fail('key', key, "Give 'user', 'ip' or a function of the request.")
  return Object.freeze({ ...(value as RateLimit) })
}

/** @param scope what the limit is of; the same in every process that serves it */
export function compileRateLimit(limit: RateLimit, scope: string, hasUsers: boolean): LimitRate {
  const { requests, per = 'minute', key = hasUsers ? 'user' : 'ip' } = limit
  const seconds = typeof per === 'number' ? per : SECONDS[per]
  const leases = new TokenLeases({ requests, seconds })
  const policy = `"default";q=${requests};w=${Math.ceil(seconds)}`
  return async (c, binding) => {
    const taken = await leases.take(binding.context.database, bucketKey(`${scope} ${policy}`, callerName(c, key)))
    c.set(RATE_HEADERS, { 'ratelimit-policy': policy, ratelimit: `"default";r=${taken.remaining};t=${taken.reset}` })
    if (!taken.allowed) throw limited(requests, seconds, taken)
  }
}

const RATE_HEADERS = 'cellar:rate-headers'

/** What the answer says about the limit, refusals included. */
export const rateHeadersOf = (c: Context): Readonly<Record<string, string>> | undefined => c.get(RATE_HEADERS)

/** A limit that is changed begins anew. Neither addresses nor names of users are kept. */
const bucketKey = (scope: string, caller: string): string =>
  createHash('sha256').update(`${scope}\n${caller}`).digest('base64url')

function callerName(c: Context, key: NonNullable<RateLimit['key']>): string {
  if (typeof key === 'function') return `own ${key(c)}`
  const user = key === 'user' ? principalOf(c) : undefined
  return user === undefined ? `ip ${clientAddress(c)}` : `user ${user}`
}

const limited = (requests: number, seconds: number, { retryAfter }: Taken) =>
  new CellarError('RATE_LIMITED', { requests, seconds }, { retryAfter })
