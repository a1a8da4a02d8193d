import type { Context, MiddlewareHandler } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import { exchangeOf } from '../http/exchange.ts'

/** How many requests are worked on at a time; who comes beyond is told to come back, nobody queues. */
export interface ConcurrencyLimits {
  /** Requests under way, answers that are still being sent included. */
  readonly requests?: number
  /** Requests with a form under way: each may carry gigabytes. */
  readonly uploads?: number
}

const FORM = /^multipart\/form-data\b/i

/** @throws ROUTE_INVALID */
export function checkConcurrency(limits: ConcurrencyLimits): ConcurrencyLimits {
  for (const name of ['requests', 'uploads'] as const) {
    const limit = limits[name]
    if (limit === undefined || (Number.isSafeInteger(limit) && limit > 0)) continue
    throw new CellarError('ROUTE_INVALID', {
      route: 'TableRouter',
      option: `concurrency.${name}`,
      reason: `is ${String(limit)}`,
      fix: 'Give a whole number above 0, or leave it out.',
    })
  }
  return limits
}

/** Counts what it lets through until the answer is sent, or is known to be sent by nobody. */
export function concurrencyMiddleware(
  { requests = Number.POSITIVE_INFINITY, uploads = Number.POSITIVE_INFINITY }: ConcurrencyLimits,
  covers: (c: Context) => boolean,
): MiddlewareHandler {
  const open = { requests: 0, uploads: 0 }
  return async (c, next) => {
    if (!covers(c)) return next()
    const isUpload = uploads < Number.POSITIVE_INFINITY && FORM.test(c.req.header('content-type') ?? '')
    if (open.requests >= requests) throw new CellarError('SERVER_BUSY', { limit: `${requests} requests` })
    if (isUpload && open.uploads >= uploads) throw new CellarError('SERVER_BUSY', { limit: `${uploads} uploads` })
    open.requests += 1
    if (isUpload) open.uploads += 1
    const release = () => {
      open.requests -= 1
      if (isUpload) open.uploads -= 1
    }
    const exchange = exchangeOf(c)
    if (exchange) {
      exchange.once('close', release)
      return next()
    }
    try {
      await next()
    } finally {
      release()
    }
  }
}
