import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import {
  createEncoder,
  type Encoder,
  type Encoding,
  encodedTag,
  isCompressible,
  negotiateEncoding,
  SMALLEST,
} from './content-encoding.ts'
import { requestIdFrom } from './request-id.ts'

/** What all answers of a server share. */
export interface ExchangeSettings {
  readonly headers: Readonly<Record<string, string>>
  /** Undefined where nobody reads it. */
  readonly log: ((exchange: Exchange) => void) | undefined
  /** Requests under way. */
  readonly open: Set<Exchange>
  /** Proxies before this server that are known to tell whom they were asked by. */
  readonly trustedProxies: number
  /** Whether answers are compressed for who takes that. */
  readonly compression: boolean
}

/** @hono/node-server leaves the length of a text here instead of in a header. */
type KnownLength = { readonly _contentLength?: number | null }
const COUNTED = Symbol('bytes written')
type CountedSocket = Socket & { [COUNTED]?: number }
type AnswerHeaders = Readonly<Record<string, string | number | readonly string[]>>

/**
 * Node's response, told what a server does for every request: its id and standing headers, its line in the log, and
 * the signal of a client that goes away. It is a subclass and not a middleware, so that it costs no closure, listener
 * or second answer object.
 */
export class Exchange extends ServerResponse<IncomingMessage> {
  requestId = ''
  /** The pattern of the route that answers; `undefined` for none. */
  route: string | undefined
  /** Whom `auth` found. */
  user: unknown
  #settings: ExchangeSettings | undefined
  #begun = 0
  #gone: AbortController | undefined
  #encoder: Encoder | undefined

  begin(settings: ExchangeSettings): void {
    const { headers } = this.req
    this.#settings = settings
    this.#begun = performance.now()
    this.requestId = requestIdFrom(textOf(headers['x-request-id']), textOf(headers.traceparent))
    settings.open.add(this)
  }

  get trustedProxies(): number {
    return this.#settings?.trustedProxies ?? 0
  }

  /** Milliseconds since the headers of the request were there. */
  get elapsed(): number {
    return performance.now() - this.#begun
  }

  /** Bytes that the connection carried since the last exchange was over: the answer, its headers included. */
  takeSent(): number {
    const socket: CountedSocket = this.req.socket
    const before = socket[COUNTED] ?? 0
    socket[COUNTED] = socket.bytesWritten
    return socket[COUNTED] - before
  }

  /** Aborts when the client goes away before it has the answer. */
  get signal(): AbortSignal {
    this.#gone ??= new AbortController()
    if (this.closed && !this.writableFinished) this.#gone.abort(clientGone())
    return this.#gone.signal
  }

  override writeHead(status: number, ...rest: unknown[]): this {
    const given = rest.find((value) => typeof value === 'object') as AnswerHeaders | undefined
    const headers: Record<string, string | number | readonly string[]> = {
      ...this.#settings?.headers,
      'x-request-id': this.requestId,
    }
    for (const name in given) headers[name.toLowerCase()] = given[name] as string
    // Without headers here they were set one by one, by somebody who writes to the response himself.
    if (given && this.#settings?.compression) this.#encode(status, headers)
    return super.writeHead(status, headers as Record<string, string | string[]>)
  }

  override write(chunk: unknown, ...rest: unknown[]): boolean {
    if (this.#encoder === undefined) return super.write(chunk, ...(rest as []))
    return this.#encoder.write(chunk as Uint8Array, ...(rest as []))
  }

  override end(...values: unknown[]): this {
    if (this.#encoder === undefined) return super.end(...(values as []))
    this.#encoder.end(...(values as []))
    return this
  }

  /** From here on what is written goes through an encoder, whose output is the answer. */
  #encode(status: number, headers: Record<string, unknown>): void {
    const type = headers['content-type']
    const length = Number(headers['content-length'] ?? (this as KnownLength)._contentLength ?? Number.NaN)
    // Ranges count the bytes as they are stored.
    const whole = status !== 204 && status !== 206 && status !== 304 && headers['accept-ranges'] === undefined
    if (length < SMALLEST || !whole || typeof type !== 'string' || !isCompressible(type)) return
    if (headers['content-encoding'] !== undefined || /no-transform/i.test(String(headers['cache-control']))) return
    headers.vary = headers.vary === undefined ? 'Accept-Encoding' : `${String(headers.vary)}, Accept-Encoding`
    const encoding = negotiateEncoding(textOf(this.req.headers['accept-encoding']))
    if (encoding === undefined) return
    delete headers['content-length']
    // Known beforehand, it would be announced although it is that of the text.
    this.removeHeader('content-length')
    headers['content-encoding'] = encoding
    if (typeof headers.etag === 'string') headers.etag = encodedTag(headers.etag, encoding)
    if (this.req.method !== 'HEAD') this.#encoder = this.#start(encoding, Number.isNaN(length))
  }

  #start(encoding: Encoding, streams: boolean): Encoder {
    const encoder = createEncoder(encoding, streams)
    encoder.on('data', (chunk: Buffer) => {
      if (!super.write(chunk)) encoder.pause()
    })
    encoder.on('end', () => super.end())
    encoder.on('error', (error) => this.destroy(error))
    // Whoever writes waits for this one's drain; it comes when the encoder has room.
    encoder.on('drain', () => super.emit('drain'))
    this.once('close', () => encoder.destroy())
    return encoder
  }

  override emit(event: string, ...values: unknown[]): boolean {
    if (event === 'close') this.#close()
    if (event === 'drain' && this.#encoder !== undefined) {
      this.#encoder.resume()
      return true
    }
    return super.emit(event, ...values)
  }

  #close(): void {
    const settings = this.#settings
    if (settings === undefined) return
    this.#settings = undefined
    settings.open.delete(this)
    if (!this.writableFinished) this.#gone?.abort(clientGone())
    settings.log?.(this)
  }
}

const clientGone = () => new CellarError('ABORTED', { subject: 'The request' })

const textOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0]

/** The exchange of a request that came through `serve`; undefined in-process and under other servers. */
export function exchangeOf(c: Context): Exchange | undefined {
  const outgoing = (c.env as { readonly outgoing?: unknown } | undefined)?.outgoing
  return outgoing instanceof Exchange ? outgoing : undefined
}

/** Aborts when the client goes away. */
export const signalOf = (c: Context): AbortSignal => exchangeOf(c)?.signal ?? c.req.raw.signal

const ids = new WeakMap<Request, string>()

/** The same for all who ask about one request. */
export function requestIdOf(c: Context): string {
  const known = exchangeOf(c)?.requestId ?? ids.get(c.req.raw)
  if (known !== undefined) return known
  const id = requestIdFrom(c.req.header('x-request-id'), c.req.header('traceparent'))
  ids.set(c.req.raw, id)
  return id
}
