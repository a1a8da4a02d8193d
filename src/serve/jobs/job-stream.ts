import type { Context } from 'hono'
import type { Job } from '../../jobs/job.ts'
import { signalOf } from '../http/exchange.ts'
import { logError } from '../log.ts'
import { cutConnection } from '../respond/cut-connection.ts'

/** Proxies and browsers give up on connections that are silent for longer. */
const HEARTBEAT_MILLISECONDS = 10_000
/** Bytes that wait for a slow client before it is told of ends only. */
const AHEAD = 64 * 1024

/** Nothing on the way may keep it, wait for more of it or compress it in blocks. */
const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  vary: 'accept',
}

interface JobStream {
  readonly write: (job: Job) => object
  /** The job as it changes; ends when the signal aborts. */
  readonly watch: (signal: AbortSignal) => AsyncIterable<Job>
}

/** Server-sent events: each is the job on one line, the last one its end. It ends when nobody listens any more. */
export function jobStream(c: Context, { write, watch }: JobStream): Response {
  const left = new AbortController()
  const signal = AbortSignal.any([left.signal, signalOf(c)])
  const encoder = new TextEncoder()
  const run = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const send = (text: string) => {
      if (!left.signal.aborted) controller.enqueue(encoder.encode(text))
    }
    const hasRoom = () => (controller.desiredSize ?? 0) > 0
    const heartbeat = setInterval(() => hasRoom() && send(':\n\n'), HEARTBEAT_MILLISECONDS).unref()
    try {
      for await (const job of watch(signal)) {
        if (job.finishedAt !== null || hasRoom()) send(`data: ${JSON.stringify(write(job))}\n\n`)
      }
      if (!left.signal.aborted) controller.close()
    } catch (error) {
      logError(error, { method: c.req.method, path: c.req.path, cut: true })
      if (!cutConnection(c) && !left.signal.aborted) controller.error(error)
    } finally {
      clearInterval(heartbeat)
    }
  }
  const body = new ReadableStream<Uint8Array>(
    { start: (controller) => void run(controller), cancel: () => left.abort() },
    new ByteLengthQueuingStrategy({ highWaterMark: AHEAD }),
  )
  return c.body(body, 200, STREAM_HEADERS)
}
