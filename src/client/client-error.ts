import type { ErrorCode } from '../errors/codes.ts'

/** What can stand in `code`: the server's codes, and those of the client. Newer servers may send others. */
export type ClientErrorCode = ErrorCode | 'NETWORK_ERROR' | 'UNSUPPORTED_FILE' | `HTTP_${number}` | (string & {})

/** One thing wrong with an input. */
export interface ClientIssue {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly code: string
}

/** The server's problem document, as far as there was one. */
export interface ProblemBody {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly retryable: boolean
  readonly errors: readonly ClientIssue[]
}

/** A call that did not succeed: what the server said, or `NETWORK_ERROR` when it did not answer. */
export class CellarClientError extends Error {
  /** Stable; what programs should look at. */
  readonly code: ClientErrorCode
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** The same call may succeed later. */
  readonly retryable: boolean
  readonly issues: readonly ClientIssue[]
  /** Seconds to wait, where the server said so. */
  readonly retryAfter: number | undefined

  constructor(
    problem: ProblemBody,
    options: { readonly retryAfter?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(problem.detail || problem.title, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CellarClientError'
    this.code = problem.code
    this.status = problem.status
    this.retryable = problem.retryable
    this.issues = problem.errors
    this.retryAfter = options.retryAfter
  }
}

/** The error of an answer, whoever wrote it: proxies answer without a problem document. */
export async function errorOfResponse(response: Response): Promise<CellarClientError> {
  const { status } = response
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const body = (await response.json().catch(() => undefined)) as Partial<ProblemBody> | undefined
  const problem: ProblemBody = {
    status,
    code: typeof body?.code === 'string' ? body.code : `HTTP_${status}`,
    title: typeof body?.title === 'string' ? body.title : response.statusText || `HTTP ${status}`,
    detail: typeof body?.detail === 'string' ? body.detail : '',
    retryable: typeof body?.retryable === 'boolean' ? body.retryable : status === 429 || status === 503,
    errors: Array.isArray(body?.errors) ? body.errors : [],
  }
  return new CellarClientError(problem, { retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined })
}

export function networkError(cause: unknown): CellarClientError {
  const detail = cause instanceof Error ? cause.message : String(cause)
  const problem = { status: 0, code: 'NETWORK_ERROR', title: 'No answer', detail, retryable: true, errors: [] }
  return new CellarClientError(problem, { cause })
}

/** A file that cannot be sent from here. */
export function unsupportedFile(detail: string): CellarClientError {
  const facts = { status: 0, code: 'UNSUPPORTED_FILE', title: 'Unsupported file', retryable: false, errors: [] }
  return new CellarClientError({ ...facts, detail })
}
