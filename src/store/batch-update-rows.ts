import type { Declaration } from '../catalog/catalog.ts'
import type { Session } from '../database/database.ts'
import { CellarError, isCellarError } from '../errors/cellar-error.ts'
import { type BatchUpdate, type BatchUpdated, rowsInOrder } from './batch-update.ts'
import { isRowRefusal } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import { withCurrentPlan } from './current-plan.ts'
import { assertComputable } from './evaluate.ts'
import { parseKeyedChanges } from './keyed-change.ts'
import { dependsOnlyOn } from './prepared-update.ts'
import { readAndBatchUpdate } from './read-and-batch-update.ts'
import { updateByKey } from './update-by-key.ts'
import type { BatchUpdateOptions } from './write-options.ts'
import { type WritePlan, writePlan } from './write-plan.ts'
import type { WriteResult } from './write-result.ts'

/**
 * Changes rows, each found by its primary key: all of them, under one version, or none.
 *
 * @throws what an update throws, and ROW_NOT_FOUND for a key without a row, unless `ifMissing` says otherwise
 */
export async function batchUpdateRows(
  context: StoreContext,
  table: Declaration,
  inputs: readonly unknown[],
  options: BatchUpdateOptions = {},
): Promise<WriteResult> {
  const load = () => writePlan(context, table)
  return withCurrentPlan(context, load, (plan) => batchUpdatePlanned(context, plan, inputs, options))
}

async function batchUpdatePlanned(
  context: StoreContext,
  plan: WritePlan,
  inputs: readonly unknown[],
  options: BatchUpdateOptions,
): Promise<WriteResult> {
  if (plan.key.length === 0) {
    const reason = 'it has no primary key to find rows by; use update with a condition'
    throw new CellarError('INVALID_VALUE', { subject: `table ${plan.spec.path}`, reason })
  }
  const { changes, invalid } = await parseKeyedChanges(context, plan, inputs, options)
  for (const { change } of changes) assertComputable(context, change.cells)
  if (options.ifMissing === 'insert') assertComputable(context, plan.eager)
  if (changes.length === 0) return { count: 0, version: 0, rows: [], errors: [...invalid] }
  const batch = { plan, changes }
  const resultOf = ({ count, version, rows, errors }: BatchUpdated): WriteResult => ({
    count,
    version,
    rows: options.returnRows ? rowsInOrder(rows) : [],
    errors: [...invalid, ...errors].sort((a, b) => a.index - b.index),
  })
  const { alongside } = options
  const finish = alongside && ((session: Session, updated: BatchUpdated) => alongside(session, resultOf(updated)))
  const keyed = { ...options, alongside: finish }
  const result = needsRows(batch, options)
    ? await readAndBatchUpdate(context, batch, keyed)
    : await updateByKey(context, batch, keyed).catch((error: unknown) => {
        // Which row it was, and what can be written without it, is found out on the other way.
        if (changes.length === 1 || context.session || !isRefusal(error)) throw error
        return readAndBatchUpdate(context, batch, keyed)
      })
  options.onProgress?.({ done: inputs.length, total: inputs.length })
  return resultOf(result)
}

const isRefusal = (error: unknown): boolean => isCellarError(error) && isRowRefusal(error.cause)

/** One statement is enough for rows that set the same columns and whose cells need nothing but what is given. */
function needsRows({ plan, changes }: BatchUpdate, options: BatchUpdateOptions): boolean {
  if (options.beforeWrite || options.accept || options.ifMissing === 'insert') return true
  // To list the rows that are missing while the others are written takes two statements.
  if (options.onInvalid === 'skip' && (options.ifMissing ?? 'error') === 'error') return true
  const [first] = changes
  if (first === undefined || first.change.set.length === 0) return true
  if (changes.some(({ change }) => change !== first.change)) return true
  const given = new Set([...plan.key, ...first.change.set].map((column) => column.name))
  return !dependsOnlyOn(first.change, given)
}
