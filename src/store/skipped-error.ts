import { isCellarError } from '../errors/cellar-error.ts'
import { batchRow, refusalError } from './conflicts.ts'
import type { StagedBatch } from './staged-batch.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteError } from './write-result.ts'

/** An error as it is listed for a row. */
export function listedError(index: number, error: unknown): WriteError {
  if (!isCellarError(error)) throw error
  const { code, message, retryable } = error
  const column = error.issues[0]?.path.at(-1)
  return { index, ...(typeof column === 'string' ? { column } : {}), code, message, retryable }
}

/** Why a row of a batch was left out; without a cause, its key is taken. */
export function skippedError(plan: WritePlan, batch: StagedBatch, position: number, cause: unknown): WriteError {
  const index = batch.indexes[position] ?? 0
  const error = cause === undefined ? undefined : refusalError(plan, cause, batchRow(plan, batch, position))
  if (isCellarError(error)) return listedError(index, error)
  // Which of several keys was taken is not known.
  const unique = plan.inputs.filter((column) => column.spec?.unique).map((column) => [column])
  const candidates = plan.key.length > 0 ? [plan.key, ...unique] : unique
  const keys = candidates.length === 1 ? (candidates[0] ?? []) : []
  const { value } = batchRow(plan, batch, position)
  const named = keys.map((column) => `${column.name} = ${value(column)}`).join(', ')
  const message = named === '' ? 'A row with an equal key exists already.' : `A row with ${named} exists already.`
  const [only, more] = keys
  return { index, ...(only && !more ? { column: only.name } : {}), code: 'DUPLICATE_KEY', message, retryable: false }
}
