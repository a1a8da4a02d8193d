import type { Declaration } from '../catalog/catalog.ts'
import { dependentsOf } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { throwIfAborted } from './aborted.ts'
import { chosenCells } from './chosen-cells.ts'
import type { StoreContext } from './context.ts'
import { assertAvailable } from './evaluate.ts'
import { refreshRows, type Wanted } from './refresh-rows.ts'
import { selectRows } from './selection.ts'
import { readRows } from './stored-rows.ts'
import type { RecomputeOptions } from './write-options.ts'
import { type WritePlan, writePlan } from './write-plan.ts'
import type { WriteError, WriteResult } from './write-result.ts'

/** Rows that are computed before their cells are stored: what is lost at most when the process dies. */
const ROWS = 200

/**
 * Computes stored cells again, with the cells that depend on them, batch by batch and in place: what a batch computed
 * stays when a later one fails. Failing cells are stored unless `onError` (or the column) says abort.
 *
 * @throws UNKNOWN_COLUMN, FUNCTION_UNAVAILABLE, CELL_FAILED, CELL_UNAVAILABLE, ABORTED
 */
export async function recomputeCells(
  context: StoreContext,
  table: Declaration,
  columns: readonly string[],
  options: RecomputeOptions = {},
): Promise<WriteResult> {
  const plan = await writePlan(context, table)
  const { onlyErrors = false, onlyStale = false, signal, onProgress } = options
  // Refuses names that are no computed columns.
  planCells(plan.spec, new Set(columns))
  const wanted = withDependents(plan, columns)
  if (wanted.length > 0) assertAvailable(planCells(plan.spec, new Set(wanted)))
  const chosen = onlyErrors || onlyStale ? chosenCells(plan, columns, { onlyErrors, onlyStale }) : undefined
  const selected = selectRows(plan, options.where)
  const selection = chosen ? chosen.within(selected) : selected
  const onError = options.onError ?? (chosen ? 'store' : undefined)
  const evaluate = { ...(onError ? { onError } : {}), ...(signal ? { signal } : {}) }
  const errors: WriteError[] = []
  let count = 0
  let seen = 0
  for await (const stored of readRows(context, plan, { columns: [], selection })) {
    for (let start = 0; start < stored.length; start += ROWS) {
      throwIfAborted(signal, plan)
      const rowids = stored.slice(start, start + ROWS).map(({ rowid }) => rowid)
      const cells = await chosen?.cellsOf(context, rowids)
      const choose: Wanted = cells ? (row) => withDependents(plan, cells(row)) : () => wanted
      const result = await refreshRows(context, plan, { rowids, wanted: choose }, evaluate)
      count += result.count
      for (const error of result.errors) errors.push({ ...error, index: seen + error.index })
      seen += rowids.length
      onProgress?.({ done: seen })
    }
  }
  return { count, version: 0, rows: [], errors }
}

/** In the order of declaration. */
function withDependents(plan: WritePlan, columns: readonly string[]): string[] {
  const all = new Set([...columns, ...dependentsOf(plan.spec, columns)])
  return plan.computed.filter((name) => all.has(name))
}
