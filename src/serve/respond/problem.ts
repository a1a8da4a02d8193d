import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import { CellarError, type Issue, isCellarError } from '../../errors/cellar-error.ts'
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.ts'
import type { JobFailure } from '../../jobs/job.ts'
import { requestIdOf } from '../http/exchange.ts'
import { logError } from '../log.ts'

/** RFC 9457, with a stable `code`. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly retryable: boolean
  readonly errors: readonly Issue[]
  /** `urn:cellar:request:<id>`, the id that the log has too. */
  readonly instance?: string
}

/** A browser that is led to one shows text, and nothing of it can run. */
export const PROBLEM_HEADERS = Object.freeze({
  'content-type': 'application/problem+json',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
})
const SERVER_SIDE = ERROR_CODES.INTERNAL.message
/** 5xx codes whose message says nothing about the inside. */
const OPEN = new Set([
  'ROUTER_UNBOUND',
  'FUNCTION_TIMEOUT',
  'TRANSACTION_TIMEOUT',
  'REQUEST_TIMEOUT',
  'SERVER_BUSY',
  'JOBS_FULL',
  'JOB_LOST',
  'INTERNAL',
])
/** Said on purpose, perhaps a thousand times a second: the log of requests has it. */
const UNLOGGED = new Set(['ROUTER_UNBOUND', 'SERVER_BUSY', 'JOBS_FULL'])
/** 4xx codes whose reason is the text of somebody's exception. */
const CLOSED = new Set(['FUNCTION_FAILED', 'CELL_FAILED', 'MEDIA_DECODE_FAILED'])

/** What a caller is told: never a stack, SQL, a path of this machine or the text of a foreign exception. */
export function toProblem(error: unknown, requestId?: string): Problem {
  const known = asCellarError(error)
  return withInstance(problemOf(known.code, publicDetail(known), known), requestId)
}

const withInstance = (problem: Problem, requestId: string | undefined): Problem =>
  requestId === undefined ? problem : { ...problem, instance: `urn:cellar:request:${requestId}` }

interface Facts {
  readonly status: number
  readonly retryable: boolean
  readonly issues?: readonly Issue[]
}

function problemOf(code: string, detail: string, facts: Facts): Problem {
  return {
    type: `urn:cellar:error:${code}`,
    title: titleOf(code),
    status: facts.status,
    detail,
    code,
    retryable: facts.retryable,
    errors: facts.issues?.map(publicIssue) ?? [],
  }
}

/** The answer to a failed request; failures of the server are logged. */
export function problemResponse(error: unknown, c: Context): Response {
  if (error instanceof HTTPException) return foreignProblem(error, c)
  const known = asCellarError(error)
  const id = requestIdOf(c)
  if (known.status >= 500 && !UNLOGGED.has(known.code))
    logError(error, { id, method: c.req.method, route: routePath(c), code: known.code })
  const headers = problemHeaders(id)
  const retryAfter = known.retryAfter ?? (known.status === 503 || known.status === 429 ? 1 : undefined)
  if (retryAfter !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)))
  if (known.status === 401) headers['www-authenticate'] = 'Bearer'
  if (known.status === 413 || known.status === 408 || known.code === 'REQUEST_TIMEOUT') headers.connection = 'close'
  if (known.code === 'METHOD_NOT_ALLOWED') headers.allow = String((known.details as { allowed?: string }).allowed)
  if (known.code === 'RANGE_NOT_SATISFIABLE') {
    headers['content-range'] = `bytes */${(known.details as { bytes?: number }).bytes}`
  }
  return new Response(JSON.stringify(toProblem(known, id)), { status: known.status, headers })
}

/** The answer where there is no context: the address of the request makes no sense, or the app itself failed. */
export function bareProblem(error: unknown): Response {
  const unreadable = error instanceof Error && error.name === 'RequestError'
  const known = unreadable
    ? new CellarError('REQUEST_UNREADABLE', { reason: 'its address makes no sense' })
    : asCellarError(error)
  if (known.status >= 500) logError(error, { code: known.code })
  return new Response(JSON.stringify(toProblem(known)), { status: known.status, headers: PROBLEM_HEADERS })
}

const problemHeaders = (id: string): Record<string, string> => ({ ...PROBLEM_HEADERS, 'x-request-id': id })

/** The problem of a job that ended with an error, some time ago and perhaps in another process. */
export function problemOfFailure(failure: JobFailure): Problem {
  const { code, message, status, retryable } = failure
  const detail = CLOSED.has(code)
    ? 'It could not be computed.'
    : status >= 500 && !OPEN.has(code)
      ? SERVER_SIDE
      : message
  return problemOf(code, detail, { status, retryable, issues: failure.issues as readonly Issue[] })
}

/** Errors that hand-written code threw with a status of its own. */
function foreignProblem(error: HTTPException, c: Context): Response {
  if (error.res) return error.res
  const { status } = error
  const detail = error.message || titleOf(`HTTP_${status}`)
  const problem = problemOf(`HTTP_${status}`, detail, { status, retryable: status === 429 || status === 503 })
  const id = requestIdOf(c)
  return new Response(JSON.stringify(withInstance(problem, id)), { status, headers: problemHeaders(id) })
}

function asCellarError(error: unknown): CellarError {
  if (!isCellarError(error)) return new CellarError('INTERNAL', {}, { cause: error })
  if (error.code !== 'TABLE_NOT_FOUND') return error
  // For a route it is not its address that is missing.
  const { table } = error.details as { readonly table: string }
  return new CellarError('SCHEMA_CHANGED', { table, reason: 'it does not exist any more' }, { cause: error })
}

/** Issues carry the codes of errors, and then say what those say. */
export function publicIssue(issue: Issue): Issue {
  const spec = issue.code in ERROR_CODES ? ERROR_CODES[issue.code as ErrorCode] : undefined
  const closed = CLOSED.has(issue.code) || (spec !== undefined && spec.status >= 500 && !OPEN.has(issue.code))
  return closed ? { ...issue, message: 'could not be computed' } : issue
}

function publicDetail(error: CellarError): string {
  if (CLOSED.has(error.code)) return closedDetail(error)
  if (error.status < 500 || OPEN.has(error.code)) return error.message
  if (error.code === 'DATABASE_UNAVAILABLE') return 'The database cannot be reached now; try again.'
  if (error.code === 'CELL_UNAVAILABLE') return closedDetail(error)
  if (error.code === 'STORAGE_FULL') return 'There is no space left on the server.'
  return SERVER_SIDE
}

/** The reason is shown where it is one of ours. */
function closedDetail(error: CellarError): string {
  const details = error.details as Readonly<Record<string, string | number>>
  const what = details.column ?? details.function ?? 'The content'
  const inner = isCellarError(error.cause) && error.cause.status < 500 ? publicDetail(error.cause) : undefined
  return `${what} could not be computed${inner === undefined ? '.' : `: ${inner}`}`
}

function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
