import { CellarError, isCellarError } from '../errors/cellar-error.ts'
import { isRetryable } from './retryable.ts'

/** What a function threw, as a coded error that names it; an error with a code stays as it is. */
export function functionFailure(error: unknown, functionName: string): CellarError {
  if (isCellarError(error)) return error
  const details = { function: functionName, reason: reasonOf(error) }
  return new CellarError('FUNCTION_FAILED', details, { cause: error, retryable: isRetryable(error) })
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return String(error)
}
