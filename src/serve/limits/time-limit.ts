import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'

/** Milliseconds in which what is under way may still end by itself: a write that is being committed is answered as such. */
const GRACE = 1000

/** Runs with a signal that aborts when the client goes away or the time is up; then REQUEST_TIMEOUT. */
export async function withinTime<T>(
  c: Context,
  { milliseconds, gone }: { readonly milliseconds: number; readonly gone: AbortSignal },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new CellarError('REQUEST_TIMEOUT', { milliseconds })
  const limit = new AbortController()
  const { promise: over, reject } = Promise.withResolvers<never>()
  let last: NodeJS.Timeout | undefined
  const timer = setTimeout(() => {
    limit.abort(timeout)
    interruptBody(incomingOf(c), timeout)
    last = setTimeout(reject, GRACE, timeout)
  }, milliseconds)
  const leave = () => limit.abort(gone.reason)
  gone.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([run(limit.signal), over])
  } catch (error) {
    throw limit.signal.reason === timeout ? timeout : error
  } finally {
    clearTimeout(timer)
    clearTimeout(last)
    gone.removeEventListener('abort', leave)
  }
}

/** Ends the wait of whoever reads the body; the connection stays, since the answer has to go out on it. */
export function interruptBody(incoming: IncomingMessage | undefined, reason: CellarError): boolean {
  if (incoming === undefined || incoming.complete || incoming.destroyed) return false
  return incoming.listenerCount('error') > 0 && incoming.emit('error', reason)
}

const incomingOf = (c: Context) => (c.env as { readonly incoming?: IncomingMessage } | undefined)?.incoming

const LONGEST = 2 ** 31 - 1

/** @throws ROUTE_INVALID */
export function checkTimeout(title: string, value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value > 0 && value <= LONGEST) return value
  const fix = 'Give milliseconds above 0.'
  throw new CellarError('ROUTE_INVALID', { route: title, option: 'timeout', reason: `is ${String(value)}`, fix })
}
