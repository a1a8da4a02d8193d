import type { CellPlan } from '../compute/cell-plan.ts'
import type { CellResult, RunOptions } from '../compute/engine.ts'
import { momentColumn } from '../schema/lookups.ts'
import type { Row } from '../schema/row-codec.ts'
import type { StoreContext } from './context.ts'
import type { WritePlan } from './write-plan.ts'

const MOMENT = `select coalesce((select max(version) from cellar.versions), 0) || ' ' || pg_current_snapshot() as moment`

/**
 * Computes the cells of rows. Those that look up other tables are kept with the moment before they did: what is written
 * to these tables from then on makes them stale.
 */
export async function runCells(
  context: StoreContext,
  plan: WritePlan,
  cells: CellPlan,
  rows: readonly Row[],
  options: RunOptions,
): Promise<CellResult> {
  const lookups = cells.outputs.filter(({ name }) => plan.moments.has(name))
  if (lookups.length === 0 || rows.length === 0) return context.engine.run(cells, rows, options)
  const { rows: found } = await (context.session ?? context.database).execute<{ moment: string }>({ text: MOMENT })
  const result = await context.engine.run(cells, rows, options)
  for (const row of rows) for (const { name } of lookups) keepMoment(row, name, found[0]?.moment)
  return result
}

/** Rows are given back to the writer, who is not to see it. */
function keepMoment(row: Row, column: string, value: unknown): void {
  Object.defineProperty(row, momentColumn(column), { value, enumerable: false, configurable: true, writable: true })
}
