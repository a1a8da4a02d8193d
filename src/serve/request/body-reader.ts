import { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { CellarError, isCellarError } from '../../errors/cellar-error.ts'

/** The raw request of @hono/node-server, when it can still be read from the start. */
export function incomingOf(c: Context): IncomingMessage | undefined {
  const incoming = (c.env as { readonly incoming?: IncomingMessage } | undefined)?.incoming
  return incoming === undefined || incoming.readableDidRead || c.req.raw.bodyUsed ? undefined : incoming
}

/** Bytes that a whole body may have. */
export interface BodyBounds {
  readonly body: number
  /** The bound of a JSON array, where one may come. @default body */
  readonly array?: number
}

/** Counts what arrives; what the bound is, the first bytes say. */
class Received {
  readonly chunks: Uint8Array[] = []
  size = 0
  readonly #bounds: BodyBounds
  #bound: number | undefined

  constructor(bounds: BodyBounds) {
    this.#bounds = bounds
  }

  /** The bound when it was passed. */
  add(chunk: Uint8Array): number | undefined {
    this.chunks.push(chunk)
    this.size += chunk.byteLength
    if (this.size <= this.#bounds.body) return undefined
    this.#bound ??= startsArray(this.chunks) ? (this.#bounds.array ?? this.#bounds.body) : this.#bounds.body
    return this.size > this.#bound ? this.#bound : undefined
  }

  whole(): Buffer {
    const [first] = this.chunks
    return this.chunks.length === 1 && Buffer.isBuffer(first) ? first : Buffer.concat(this.chunks, this.size)
  }
}

function startsArray(chunks: readonly Uint8Array[]): boolean {
  for (const chunk of chunks) {
    for (const byte of chunk) if (byte > 0x20) return byte === 0x5b
  }
  return false
}

/**
 * The whole body, within its bounds: counted while reading, so a missing or lying Content-Length changes nothing.
 *
 * @throws BODY_TOO_LARGE, BODY_UNREADABLE
 */
export async function readBody(c: Context, bounds: BodyBounds): Promise<Buffer> {
  const most = Math.max(bounds.body, bounds.array ?? 0)
  if (Number(c.req.header('content-length') ?? 0) > most) throw tooLarge(most)
  const incoming = incomingOf(c)
  const received = new Received(bounds)
  if (incoming) return readIncoming(incoming, received)
  // Middleware that read the body before left it with Hono, which gives it out again.
  if (isCached(c)) return readCached(c, received)
  return readStream(c.req.raw.body, received)
}

const isCached = (c: Context): boolean => c.req.raw.bodyUsed || Object.keys(c.req.bodyCache).length > 0

function readIncoming(incoming: IncomingMessage, received: Received): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (error?: CellarError) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
      if (error) reject(error)
      else resolve(received.whole())
    }
    const onData = (chunk: Buffer) => {
      const passed = received.add(chunk)
      if (passed === undefined) return
      incoming.pause()
      settle(tooLarge(passed))
    }
    const onEnd = () => settle()
    const onGone = (error?: unknown) => settle(isCellarError(error) ? error : gone())
    incoming.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
    if (incoming.destroyed) onGone()
  })
}

async function readCached(c: Context, received: Received): Promise<Buffer> {
  const passed = received.add(Buffer.from(await c.req.arrayBuffer().catch(() => Promise.reject<never>(gone()))))
  if (passed !== undefined) throw tooLarge(passed)
  return received.whole()
}

async function readStream(body: ReadableStream<Uint8Array> | null, received: Received): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0)
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(() => Promise.reject<never>(gone()))
    if (done) return received.whole()
    const passed = received.add(value)
    if (passed === undefined) continue
    reader.cancel().catch(() => {})
    throw tooLarge(passed)
  }
}

/**
 * The body as it arrives, at most `limit` bytes. Whoever stops early gives the connection back: it is read on, within
 * the server's bounds, so that the answer arrives.
 *
 * @throws BODY_TOO_LARGE, BODY_UNREADABLE
 */
export async function* readChunks(c: Context, limit: number): AsyncGenerator<Buffer, void, undefined> {
  if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge(limit)
  const source = sourceOf(c)
  const chunks: AsyncIterator<Uint8Array> = source.iterator({ destroyOnReturn: false })
  let size = 0
  let ended = false
  try {
    for (;;) {
      const next = await chunks.next().catch(() => Promise.reject<never>(gone()))
      ended = next.done === true
      if (next.done) return
      size += next.value.byteLength
      if (size > limit) throw tooLarge(limit)
      yield Buffer.isBuffer(next.value) ? next.value : Buffer.from(next.value)
    }
  } finally {
    if (!ended) giveBack(source, chunks)
  }
}

function sourceOf(c: Context): Readable {
  const incoming = incomingOf(c)
  if (incoming) return incoming
  if (isCached(c)) return Readable.from(cachedChunks(c))
  const { body } = c.req.raw
  return body === null ? Readable.from([]) : Readable.fromWeb(body as import('node:stream/web').ReadableStream)
}

async function* cachedChunks(c: Context): AsyncGenerator<Buffer, void, undefined> {
  yield await readCached(c, new Received({ body: Number.POSITIVE_INFINITY }))
}

/** Leaving must not destroy a request: its socket still has to carry the answer. A stream is not asked for more. */
export function giveBack(source: Readable, chunks: AsyncIterator<unknown>): void {
  if (source instanceof IncomingMessage) chunks.return?.().then(() => source.resume(), ignore)
}

const ignore = () => {}
const tooLarge = (limit: number) => new CellarError('BODY_TOO_LARGE', { subject: 'The body', limit: `${limit} bytes` })
const gone = () => new CellarError('BODY_UNREADABLE', { reason: 'it ended before it was complete' })
