import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { CellarError, isCellarError } from '../../errors/cellar-error.ts'

/** The raw request of @hono/node-server, when it can still be read from the start. */
export function incomingOf(c: Context): IncomingMessage | undefined {
  const incoming = (c.env as { readonly incoming?: IncomingMessage } | undefined)?.incoming
  return incoming === undefined || incoming.readableDidRead || c.req.raw.bodyUsed ? undefined : incoming
}

/**
 * The whole body, at most `limit` bytes: counted while reading, so a missing or lying Content-Length changes nothing.
 *
 * @throws BODY_TOO_LARGE, BODY_UNREADABLE
 */
export async function readBody(c: Context, limit: number): Promise<Buffer> {
  if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge(limit)
  const incoming = incomingOf(c)
  if (incoming) return readIncoming(incoming, limit)
  // Middleware that read the body before left it with Hono, which gives it out again.
  if (c.req.raw.bodyUsed || Object.keys(c.req.bodyCache).length > 0) return readCached(c, limit)
  return readStream(c.req.raw.body, limit)
}

function readIncoming(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (error?: CellarError) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
      if (error) reject(error)
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size))
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= limit) return
      incoming.pause()
      settle(tooLarge(limit))
    }
    const onEnd = () => settle()
    const onGone = (error?: unknown) => settle(isCellarError(error) ? error : gone())
    incoming.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
    if (incoming.destroyed) onGone()
  })
}

async function readCached(c: Context, limit: number): Promise<Buffer> {
  const body = Buffer.from(await c.req.arrayBuffer().catch(() => Promise.reject<never>(gone())))
  if (body.length > limit) throw tooLarge(limit)
  return body
}

async function readStream(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  if (body === null) return Buffer.alloc(0)
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(() => Promise.reject<never>(gone()))
    if (done) return Buffer.concat(chunks, size)
    size += value.byteLength
    if (size > limit) {
      reader.cancel().catch(() => {})
      throw tooLarge(limit)
    }
    chunks.push(value)
  }
}

const tooLarge = (limit: number) => new CellarError('BODY_TOO_LARGE', { subject: 'The body', limit: `${limit} bytes` })
const gone = () => new CellarError('BODY_UNREADABLE', { reason: 'it ended before it was complete' })
