import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { failed, refused } from './fetch-error.ts'
import { type HostOptions, pinHost } from './pinned-host.ts'

export interface SendOptions extends HostOptions {
  readonly signal: AbortSignal
  /** Milliseconds without a byte. */
  readonly idleLimit: number
}

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** @throws MEDIA_URL_REFUSED */
export function parseUrl(address: string, base?: URL): URL {
  const url = base ? URL.parse(address, base.href) : URL.parse(address)
  if (!url) throw refused(address, 'it is not a URL')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(url, 'only http and https URLs are fetched')
  if (url.username !== '' || url.password !== '') throw refused(url, 'it contains a user name or password')
  return url
}

/**
 * One request to an address that was checked, without following redirects. No cookie, no credential and no proxy of this
 * process takes part.
 */
export async function sendRequest(url: URL, options: SendOptions, outgoing: OutgoingRequest): Promise<IncomingMessage> {
  const lookup = await beforeAbort(pinHost(url, options), options.signal)
  const answer = Promise.withResolvers<IncomingMessage>()
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: outgoing.method,
    lookup,
    agent: false,
    signal: options.signal,
    timeout: options.idleLimit,
    headers: { 'user-agent': 'cellar', ...outgoing.headers },
  })
  request.on('response', answer.resolve)
  request.on('error', answer.reject)
  request.on('timeout', () => request.destroy(failed(url, `nothing came for ${options.idleLimit} ms`)))
  request.end(outgoing.body)
  return answer.promise
}

/** Name resolution cannot be stopped, so it is not waited for. */
async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
