import type { Declaration } from '../catalog/catalog.ts'
import { dependentsOf } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { arrayLiteral } from '../schema/array-literal.ts'
import { hole, raw, sql } from '../util/sql.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { refreshRows, type Wanted } from './refresh-rows.ts'
import { type Selection, selectRows } from './selection.ts'
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
  const { onlyErrors = false, signal, onProgress } = options
  // Refuses names that are no computed columns.
  planCells(plan.spec, new Set(columns))
  const wanted = withDependents(plan, columns)
  assertAvailable(plan, wanted)
  const selection = onlyErrors
    ? failedOnly(plan, columns, selectRows(plan, options.where))
    : selectRows(plan, options.where)
  const onError = options.onError ?? (onlyErrors ? 'store' : undefined)
  const evaluate = { ...(onError ? { onError } : {}), ...(signal ? { signal } : {}) }
  const choose: Wanted = onlyErrors
    ? ({ states }) =>
        withDependents(
          plan,
          columns.filter((name) => states?.[name]?.state === 'failed'),
        )
    : () => wanted
  const errors: WriteError[] = []
  let count = 0
  let seen = 0
  for await (const stored of readRows(context, plan, { columns: [], selection })) {
    for (let start = 0; start < stored.length; start += ROWS) {
      throwIfAborted(signal, plan)
      const rowids = stored.slice(start, start + ROWS).map(({ rowid }) => rowid)
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

function assertAvailable(plan: WritePlan, wanted: readonly string[]): void {
  if (wanted.length === 0) return
  const [missing] = planCells(plan.spec, new Set(wanted)).unavailable
  if (missing === undefined) return
  const reason = `column ${missing.column} needs it, and this process has not declared it`
  throw new CellarError('FUNCTION_UNAVAILABLE', { function: missing.function, reason })
}

function failedOnly(plan: WritePlan, columns: readonly string[], { condition, filters }: Selection): Selection {
  const names = arrayLiteral(columns)
  const failed = sql`t._rowid in (select e.rowid from cellar.cell_errors e
      where e.table_id = ${raw(String(plan.table.id))} and e."column" = any(${hole(names)}::text[]))
    and exists (select from unnest(${hole(names)}::text[]) as c (name) where t._cells -> c.name ->> 'state' = 'failed')`
  return { condition: condition ? sql`${condition} and ${failed}` : failed, filters }
}
