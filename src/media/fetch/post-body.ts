import { CellarError } from '../../errors/cellar-error.ts'
import { failed, toFetchError } from './fetch-error.ts'
import type { HostOptions } from './pinned-host.ts'
import { parseUrl, sendRequest } from './send-request.ts'

export interface PostOptions extends HostOptions {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds for everything. */
  readonly timeLimit: number
  readonly signal: AbortSignal
}

/**
 * Posts a body and gives the status of the answer, whatever it is. Redirects are not followed: what was meant for one
 * address is told to no other.
 *
 * @throws MEDIA_URL_REFUSED, MEDIA_FETCH_FAILED, ABORTED
 */
export async function postBody(address: string, options: PostOptions): Promise<number> {
  const deadline = AbortSignal.timeout(options.timeLimit)
  const signal = AbortSignal.any([deadline, options.signal])
  const { body, headers, timeLimit: idleLimit } = options
  try {
    const length = String(Buffer.byteLength(body))
    const outgoing = { method: 'POST', headers: { ...headers, 'content-length': length }, body } as const
    const response = await sendRequest(parseUrl(address), { ...options, signal, idleLimit }, outgoing)
    response.destroy()
    return response.statusCode ?? 0
  } catch (error) {
    if (options.signal.aborted) throw new CellarError('ABORTED', { subject: 'The request' }, { cause: error })
    if (deadline.aborted) throw failed(address, `it took longer than ${options.timeLimit} ms`, { cause: error })
    throw toFetchError(address, error)
  }
}
