import { type CellarClientError, errorOfResponse, networkError } from './client-error.ts'
import type { ClientOptions } from './client-types.ts'

/** Sends a request below the base URL, again where that is safe; what is no success is thrown. */
export type Send = (path: string, init: RequestInit, options?: SendOptions) => Promise<Response>

export interface SendOptions {
  /** The server does it once, however often it is sent. */
  readonly repeatable?: boolean
}

const RETRIES = 2
const FIRST_WAIT = 250
/** Seconds; what the server asks for beyond that is left to the caller. */
const LONGEST_WAIT = 20

export function createSend(options: ClientOptions): Send {
  const base = options.baseUrl.replace(/\/+$/, '')
  const retries = options.retries ?? RETRIES

  const attempt = async (path: string, init: RequestInit): Promise<Response> => {
    const given = typeof options.headers === 'function' ? await options.headers() : options.headers
    const headers = { accept: 'application/json, */*', ...given, ...(init.headers as Record<string, string>) }
    // Looked up late and called bare: browsers refuse a fetch that is called as a method of something else.
    const doFetch = options.fetch ?? fetch
    const response = await doFetch(base + path, { ...init, headers }).catch((error: unknown) => {
      if (init.signal?.aborted) throw error
      throw networkError(error)
    })
    if (!response.ok) throw await errorOfResponse(response)
    return response
  }

  return async (path, init, { repeatable = false } = {}) => {
    for (let tried = 0; ; tried += 1) {
      try {
        return await attempt(path, init)
      } catch (error) {
        const wait = waitBefore(error as CellarClientError, tried)
        if (!repeatable || tried >= retries || wait === undefined) throw error
        await pause(wait, init.signal)
      }
    }
  }
}

/** Milliseconds; undefined for what would fail again. */
function waitBefore({ retryable, retryAfter }: CellarClientError, tried: number): number | undefined {
  if (!retryable || (retryAfter ?? 0) > LONGEST_WAIT) return undefined
  return retryAfter === undefined ? FIRST_WAIT * 2 ** tried * (0.5 + Math.random()) : retryAfter * 1000
}

function pause(milliseconds: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
