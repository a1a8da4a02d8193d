import type { CellFailure } from '../compute/cell-failure.ts'
import { CellarError, isCellarError } from '../errors/cellar-error.ts'
import type { WritePlan } from './write-plan.ts'

type Position = (index: number) => number | undefined

/** The error of a failed cell, with the row's position in the batch replaced by the one in the input. */
export function placedCellError(error: unknown, position: Position): unknown {
  if (!isCellarError(error) || (error.code !== 'CELL_FAILED' && error.code !== 'CELL_UNAVAILABLE')) return error
  const issues = error.issues.map((issue) => {
    const [index, ...rest] = issue.path
    const place = typeof index === 'number' ? position(index) : undefined
    return { ...issue, path: place === undefined ? rest : [place, ...rest] }
  })
  const { code, details, cause, retryable } = error as CellarError<'CELL_FAILED'>
  return new CellarError(code, details, { cause, issues, retryable })
}

/** The refusal of a media input, under its own code. */
export function refusedMedia(plan: WritePlan, failure: CellFailure, position: number | undefined): unknown {
  const { column, message, cause } = failure
  const issues = [{ path: position === undefined ? [column] : [position, column], message, code: failure.code }]
  if (isCellarError(cause)) {
    const { code, details, retryable } = cause
    return new CellarError(code, details, { cause, issues, retryable })
  }
  return new CellarError(
    'INVALID_VALUE',
    { subject: `table ${plan.spec.path}`, reason: `${column}: ${message}` },
    { issues },
  )
}
