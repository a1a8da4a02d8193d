import { CellarError, isCellarError } from '../errors/cellar-error.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { functionFailure } from '../func/function-failure.ts'

/** Codes that say that Cellar itself cannot go on. They are raised whatever `onError` says. */
const RAISED: ReadonlySet<string> = new Set<ErrorCode>([
  'CLOSED',
  'STORAGE_FULL',
  'OPTIONAL_DEPENDENCY_MISSING',
  'FUNCTION_UNAVAILABLE',
  'TRANSACTION_REENTRY',
])
const MAX_MESSAGE = 2_000

/** Why a cell has no value. Thrown by whatever reads a failed call or a failed cell, so that dependents inherit it. */
export class Fault extends Error {
  readonly code: string
  readonly retryable: boolean
  /** A cell that reads another one failed because of that one. */
  readonly inheritedFrom: string | undefined
  /** What a query throws, which has no cell to blame. */
  readonly error: CellarError | undefined

  constructor(
    code: string,
    message: string,
    options: {
      retryable: boolean
      cause?: unknown
      error?: CellarError | undefined
      inheritedFrom?: string | undefined
    },
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.retryable = options.retryable
    this.error = options.error
    this.inheritedFrom = options.inheritedFrom
  }

  inheritedBy(column: string): Fault {
    const { code, message, retryable, cause } = this
    return new Fault(code, message, { retryable, cause, inheritedFrom: this.inheritedFrom ?? column })
  }
}

/** What a function threw, as the fault of a cell. @throws errors that no cell can be blamed for */
export function faultOf(thrown: unknown, functionName: string): Fault {
  if (thrown instanceof Fault) return thrown
  const error = functionFailure(thrown, functionName)
  if (RAISED.has(error.code)) throw error
  return new Fault(error.code, storable(error.message), { retryable: error.retryable, cause: thrown, error })
}

/** What evaluating an expression threw, as the fault of the cell. @throws errors that no cell can be blamed for */
export function evaluationFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  if (isCellarError(thrown) && thrown.code === 'PATTERN_LIMIT') return faultOf(thrown, 'an expression')
  throw thrown
}

export function timeoutFault(functionName: string, milliseconds: number): Fault {
  return faultOf(new CellarError('FUNCTION_TIMEOUT', { function: functionName, milliseconds }), functionName)
}

/** Messages are stored as JSON in the database, which refuses NUL and lone surrogates. */
function storable(message: string): string {
  return message.slice(0, MAX_MESSAGE).replaceAll('\0', '').toWellFormed()
}
