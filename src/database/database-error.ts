import { CellarError, type CellarErrorOptions, isCellarError } from '../errors/cellar-error.ts'

export interface DatabaseErrorFacts {
  /** SQLSTATE, five characters. */
  readonly sqlState: string
  readonly constraint: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly detail: string | undefined
}

/** An ordinary refusal by Postgres: the connection is fine. */
export class DatabaseError extends CellarError<'DATABASE_ERROR'> implements DatabaseErrorFacts {
  readonly sqlState: string
  readonly constraint: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly detail: string | undefined

  constructor(message: string, facts: DatabaseErrorFacts, options: CellarErrorOptions = {}) {
    super('DATABASE_ERROR', { reason: message }, options)
    this.sqlState = facts.sqlState
    this.constraint = facts.constraint
    this.table = facts.table
    this.column = facts.column
    this.detail = facts.detail
  }
}

/** What pg and Node put on errors. */
interface DriverError extends Error {
  readonly code?: string
  readonly severity?: string
  readonly routine?: string
  readonly constraint?: string
  readonly table?: string
  readonly column?: string
  readonly detail?: string
}

const SQLSTATE = /^[0-9A-Z]{5}$/
/** Seconds; the pool tries again after one. */
const RETRY_AFTER = 1

/** The SQLSTATE of an error of this port or of pg, however deep it was wrapped. */
export function sqlStateOf(error: unknown): string | undefined {
  return serverReportOf(error)?.code
}

/** True when a schema change or a reset of the session made a prepared statement useless: prepared anew, it may succeed. */
export function isStaleStatement(error: unknown): boolean {
  const report = serverReportOf(error)
  // 0A000 says only that something is not supported; the routine, unlike the message, is never translated.
  return report?.code === '26000' || (report?.code === '0A000' && report.routine === 'RevalidateCachedQuery')
}

function serverReportOf(error: unknown): DriverError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (isServerReport(at)) return at
  return undefined
}

/** True when the connection that raised it cannot be used again. */
export function isConnectionFault(error: unknown): boolean {
  if (isCellarError(error)) return error.code === 'DATABASE_UNAVAILABLE'
  if (!isServerReport(error)) return true
  const { code = '', severity } = error
  return severity === 'FATAL' || severity === 'PANIC' || code.startsWith('08') || code.startsWith('57P')
}

/** Turns what pg throws into Cellar's errors; errors of Cellar pass. */
export function toDatabaseError(error: unknown): CellarError {
  if (isCellarError(error)) return error
  if (!isServerReport(error)) return unavailable(error instanceof Error ? error.message : String(error), error)
  const state = error.code ?? ''
  if (state === '53100') return new CellarError('STORAGE_FULL', { subject: 'the database' }, { cause: error })
  const misconfigured = state.startsWith('28') || state === '3D000'
  if ((isConnectionFault(error) && !misconfigured) || state === '53300') return unavailable(error.message, error)
  if (state === '40001' || state === '40P01') {
    return new CellarError('TRANSACTION_CONFLICT', { attempts: 1 }, { cause: error })
  }
  const { constraint, table, column, detail } = error
  return new DatabaseError(
    error.message,
    { sqlState: state, constraint, table, column, detail },
    { cause: error, retryable: state === '55P03' || state.startsWith('53') },
  )
}

function unavailable(reason: string, cause: unknown): CellarError {
  return new CellarError('DATABASE_UNAVAILABLE', { reason }, { cause, retryAfter: RETRY_AFTER })
}

/** Reports of the server carry a severity beside a SQLSTATE; Node's errors have codes such as EPIPE. */
function isServerReport(error: unknown): error is DriverError {
  if (!(error instanceof Error)) return false
  const { code, severity } = error as DriverError
  return severity !== undefined && code !== undefined && SQLSTATE.test(code)
}
