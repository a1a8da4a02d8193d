import { CellarError, isCellarError } from '../../errors/cellar-error.ts'
import { errorCodeOf } from '../local/storage-error.ts'

/** A URL as errors show it: without user, query and fragment, which may hold secrets. */
function publicUrl(url: URL | string): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : url
  return parsed ? `${parsed.protocol}//${parsed.host}${parsed.pathname}` : 'This URL'
}

export function refused(url: URL | string, reason: string): CellarError<'MEDIA_URL_REFUSED'> {
  return new CellarError('MEDIA_URL_REFUSED', { url: publicUrl(url), reason })
}

export function failed(
  url: URL | string,
  reason: string,
  options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
): CellarError<'MEDIA_FETCH_FAILED'> {
  return new CellarError('MEDIA_FETCH_FAILED', { url: publicUrl(url), reason }, options)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host is unknown',
  EAI_AGAIN: 'the host name could not be resolved',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  ETIMEDOUT: 'the host did not answer',
}

/** A failure of name resolution, connection, TLS or transfer. */
export function toFetchError(url: URL | string, error: unknown): CellarError {
  if (isCellarError(error)) return error
  const code = errorCodeOf(error) ?? 'unknown error'
  return failed(url, REASONS[code] ?? `the transfer failed (${code})`, {
    cause: error,
    retryable: code !== 'ENOTFOUND',
  })
}
