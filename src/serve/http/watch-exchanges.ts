import { CellarError } from '../../errors/cellar-error.ts'
import { interruptBody } from '../limits/time-limit.ts'
import { type ConnectionLimits, sweepInterval } from './connection-limits.ts'
import type { Exchange } from './exchange.ts'

/** What was seen of a request at the last look; milliseconds and bytes. */
interface Seen {
  at: number
  received: number
  sent: number
  /** Without a byte while the server waited for one. */
  idle: number
  /** Without the client taking a byte. */
  stalled: number
  /** All the time that the server waited for the body, and what was there when it began. */
  waited: number
  readonly before: number
}

/**
 * Ends requests whose client sends its body, or takes its answer, too slowly to be honest. All are looked at by one
 * timer, so that a request pays nothing for it; while it is the server that does not read, no time passes.
 */
export function watchExchanges(open: ReadonlySet<Exchange>, limits: ConnectionLimits): { stop(): void } {
  const seen = new WeakMap<Exchange, Seen>()
  const timer = setInterval(() => {
    for (const exchange of open) {
      const last = seen.get(exchange)
      if (last) look(exchange, last, limits)
      else seen.set(exchange, firstLook(exchange))
    }
  }, sweepInterval(limits)).unref()
  return { stop: () => clearInterval(timer) }
}

/** What waits in the response or the socket was not taken. */
const sentOf = ({ req: { socket }, writableLength }: Exchange) =>
  socket.bytesWritten - socket.writableLength - writableLength

function firstLook(exchange: Exchange): Seen {
  const received = exchange.req.socket.bytesRead
  const times = { at: performance.now(), idle: 0, stalled: 0, waited: 0 }
  return { ...times, received, before: received, sent: sentOf(exchange) }
}

function look(exchange: Exchange, last: Seen, limits: ConnectionLimits): void {
  const now = performance.now()
  const passed = now - last.at
  const received = exchange.req.socket.bytesRead
  const sent = sentOf(exchange)
  const waits = !exchange.req.complete && exchange.req.readableLength === 0
  const holds = exchange.writableLength > 0 || exchange.req.socket.writableLength > 0
  last.idle = waits && received === last.received ? last.idle + passed : 0
  last.stalled = holds && sent === last.sent ? last.stalled + passed : 0
  if (waits) last.waited += passed
  Object.assign(last, { at: now, received, sent })
  if (last.stalled > limits.answerTimeout) exchange.destroy()
  else if (waits) refuseSlow(exchange, last, limits)
}

function refuseSlow(exchange: Exchange, { idle, waited, received, before }: Seen, limits: ConnectionLimits): void {
  const slow = waited > limits.bodyTimeout && (received - before) / (waited / 1000) < limits.minimumRate
  if (idle <= limits.bodyTimeout && !slow) return
  const reason = slow ? `less than ${limits.minimumRate} bytes a second` : `nothing for ${limits.bodyTimeout} ms`
  // Where nobody reads it there is nobody who would answer.
  if (!interruptBody(exchange.req, new CellarError('BODY_TOO_SLOW', { reason }))) exchange.destroy()
}
