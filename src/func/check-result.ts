import { CellarError } from '../errors/cellar-error.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import { describeIssues, isInvalidValue } from '../types/invalid-value.ts'

/**
 * The value that a function returned, as its declaration has it. Media are still what the function returned.
 *
 * @throws FUNCTION_INVALID_RESULT
 */
export function checkResult(functionName: string, returns: ColumnSpec, value: unknown): unknown {
  if (value === null || value === undefined) {
    if (returns.nullable) return null
    throw invalidResult(functionName, 'null, where a value is declared.')
  }
  try {
    return returns.type.parse(value)
  } catch (error) {
    if (!isInvalidValue(error)) throw error
    throw invalidResult(functionName, `${describeIssues(error.issues)}.`, error)
  }
}

/** @throws FUNCTION_INVALID_RESULT unless there is one result for each row */
export function checkResults(functionName: string, results: unknown, rows: number): readonly unknown[] {
  if (!Array.isArray(results)) throw invalidResult(functionName, 'runBatch has to give a list.')
  if (results.length === rows) return results
  throw invalidResult(functionName, `${results.length} results for ${rows} rows.`)
}

export function invalidResult(name: string, reason: string, cause?: unknown): CellarError<'FUNCTION_INVALID_RESULT'> {
  return new CellarError('FUNCTION_INVALID_RESULT', { function: name, reason }, { cause })
}
