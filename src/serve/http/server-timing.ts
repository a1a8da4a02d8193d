import type { Context, Next } from 'hono'
import type { H } from 'hono/types'
import { type Timings, timed, withTimings } from '../../util/timings.ts'
import { withHeaders } from '../respond/with-headers.ts'
import { exchangeOf } from './exchange.ts'

/** Tells in `Server-Timing` where the time of an answer went: what was measured on the way, and the total. */
export function withServerTiming(handler: H): H {
  return (c: Context, next: Next) => {
    const timings: Timings = new Map()
    const start = performance.now()
    return withTimings(timings, async () => {
      const answer = (await handler(c, next)) ?? c.res
      const total = exchangeOf(c)?.elapsed ?? performance.now() - start
      const spans = [...timings, ['total', total] as const]
      const text = spans.map(([name, milliseconds]) => `${name};dur=${milliseconds.toFixed(1)}`).join(', ')
      return withHeaders(answer, { 'server-timing': text })
    })
  }
}

/** A stage of a route, measured where that is wanted and otherwise as it is. */
export function stage<A extends unknown[], R>(
  isMeasured: boolean,
  name: string,
  run: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return isMeasured ? (...args) => timed(name, () => run(...args)) : run
}
