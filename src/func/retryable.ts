const RETRYABLE_NAMES: ReadonlySet<string> = new Set(['AbortError', 'TimeoutError'])
const RETRYABLE_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
])

/**
 * Whether a call that failed with this may succeed later: it says so itself, it carries an HTTP status of that kind,
 * or it is a time-out or a broken connection. Looks through causes, as `fetch` hides the reason in one.
 */
export function isRetryable(error: unknown): boolean {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth += 1) {
    const { retryable, isRetryable: marked, status, statusCode, name, code, cause } = at as Record<string, unknown>
    if (typeof retryable === 'boolean') return retryable
    if (typeof marked === 'boolean') return marked
    const http = typeof status === 'number' ? status : statusCode
    if (typeof http === 'number') return http === 408 || http === 425 || http === 429 || http >= 500
    if (typeof name === 'string' && RETRYABLE_NAMES.has(name)) return true
    if (typeof code === 'string' && RETRYABLE_CODES.has(code)) return true
    at = cause
  }
  return false
}
