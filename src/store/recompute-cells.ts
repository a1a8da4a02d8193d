import type { Declaration } from '../catalog/catalog.ts'
import { dependentsOf } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { throwIfAborted } from './aborted.ts'
import { chosenCells } from './chosen-cells.ts'
import type { StoreContext } from './context.ts'
import { withCurrentPlan } from './current-plan.ts'
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
  const work = new Recomputation(context, columns, options)
  const load = () => writePlan(context, table)
  await withCurrentPlan(context, load, (plan) => work.run(plan))
  return { count: work.count, version: 0, rows: [], errors: work.errors }
}

/** Goes on under another plan where it stopped: what is computed is not computed again. */
class Recomputation {
  readonly #context: StoreContext
  readonly #columns: readonly string[]
  readonly #options: RecomputeOptions
  readonly errors: WriteError[] = []
  count = 0
  #seen = 0
  #after: string | undefined

  constructor(context: StoreContext, columns: readonly string[], options: RecomputeOptions) {
    this.#context = context
    this.#columns = columns
    this.#options = options
  }

  async run(plan: WritePlan): Promise<void> {
    const { onlyErrors = false, onlyStale = false, where, signal, onProgress } = this.#options
    // Refuses names that are no computed columns.
    planCells(plan.spec, new Set(this.#columns))
    const wanted = withDependents(plan, this.#columns)
    if (wanted.length > 0) assertAvailable(planCells(plan.spec, new Set(wanted)))
    const chosen = onlyErrors || onlyStale ? chosenCells(plan, this.#columns, { onlyErrors, onlyStale }) : undefined
    const selected = selectRows(plan, where)
    const selection = chosen ? chosen.within(selected) : selected
    const onError = this.#options.onError ?? (chosen ? 'store' : undefined)
    const evaluate = { ...(onError ? { onError } : {}), ...(signal ? { signal } : {}) }
    for await (const stored of readRows(this.#context, plan, { columns: [], selection, after: this.#after })) {
      for (let start = 0; start < stored.length; start += ROWS) {
        throwIfAborted(signal, plan)
        const rowids = stored.slice(start, start + ROWS).map(({ rowid }) => rowid)
        const cells = await chosen?.cellsOf(this.#context, rowids)
        const choose: Wanted = cells ? (row) => withDependents(plan, cells(row)) : () => wanted
        const result = await refreshRows(this.#context, plan, { rowids, wanted: choose }, evaluate)
        this.count += result.count
        for (const error of result.errors) this.errors.push({ ...error, index: this.#seen + error.index })
        this.#seen += rowids.length
        this.#after = rowids.at(-1)
        onProgress?.({ done: this.#seen })
      }
    }
  }
}

/** In the order of declaration. */
function withDependents(plan: WritePlan, columns: readonly string[]): string[] {
  const all = new Set([...columns, ...dependentsOf(plan.spec, columns)])
  return plan.computed.filter((name) => all.has(name))
}
