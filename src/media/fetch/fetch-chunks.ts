import type { IncomingMessage } from 'node:http'
import { type Duplex, pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { CellarError } from '../../errors/cellar-error.ts'
import { failed, toFetchError } from './fetch-error.ts'
import type { HostOptions } from './pinned-host.ts'
import { parseUrl, sendRequest } from './send-request.ts'

export interface FetchOptions extends HostOptions {
  readonly maxBytes: number
  /** Milliseconds for everything, redirects and transfer included. */
  readonly timeLimit: number
  /** Milliseconds without a byte. */
  readonly idleLimit: number
  readonly signal?: AbortSignal | undefined
}

const FETCH = { method: 'GET', headers: { accept: '*/*', 'accept-encoding': 'identity' } } as const
const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Answers that a later try may change. */
const TRANSIENT = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500

/**
 * The body behind an http(s) URL. No cookie, no credential and no proxy of this process takes part.
 *
 * @throws MEDIA_URL_REFUSED, MEDIA_FETCH_FAILED, MEDIA_TOO_LARGE, ABORTED
 */
export async function* fetchChunks(address: string, options: FetchOptions): AsyncGenerator<Uint8Array> {
  const deadline = AbortSignal.timeout(options.timeLimit)
  const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline
  let bytes = 0
  try {
    for await (const chunk of decode(await follow(address, { ...options, signal }))) {
      bytes += chunk.length
      if (bytes > options.maxBytes) throw new CellarError('MEDIA_TOO_LARGE', { limit: options.maxBytes })
      yield chunk
    }
  } catch (error) {
    if (options.signal?.aborted) throw new CellarError('ABORTED', { subject: 'The download' }, { cause: error })
    if (deadline.aborted) throw failed(address, `it took longer than ${options.timeLimit} ms`, { cause: error })
    throw toFetchError(address, error)
  }
}

/** Follows redirects; each target is checked like the first. */
async function follow(
  address: string,
  options: FetchOptions & { readonly signal: AbortSignal },
): Promise<IncomingMessage> {
  let url = parseUrl(address)
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await sendRequest(url, options, FETCH)
    const status = response.statusCode ?? 0
    const location = response.headers.location
    if (REDIRECTS.has(status) && location !== undefined) {
      response.destroy()
      url = parseUrl(location, url)
      continue
    }
    if (status === 200) return withinLimit(response, options.maxBytes)
    response.destroy()
    throw failed(url, `the answer was ${status}`, { retryable: TRANSIENT(status) })
  }
  throw failed(address, `it was redirected more than ${MOST_REDIRECTS} times`, { retryable: false })
}

function withinLimit(response: IncomingMessage, maxBytes: number): IncomingMessage {
  if (Number(response.headers['content-length'] ?? 0) <= maxBytes) return response
  response.destroy()
  throw new CellarError('MEDIA_TOO_LARGE', { limit: maxBytes })
}

/** Some servers compress although they are asked not to; limits count what comes out. */
function decode(response: IncomingMessage): Readable {
  switch (response.headers['content-encoding']?.toLowerCase()) {
    case undefined:
    case 'identity':
      return response
    case 'gzip':
    case 'x-gzip':
      return piped(response, createGunzip())
    case 'deflate':
      return piped(response, createInflate())
    case 'br':
      return piped(response, createBrotliDecompress())
    default:
      response.destroy()
      throw failed('', 'its content encoding is not supported', { retryable: false })
  }
}

/** Either end's failure is the other's; whoever reads the result sees it. */
function piped(response: IncomingMessage, decoder: Duplex): Readable {
  return pipeline(response, decoder, () => undefined)
}
