import { sql } from 'kysely'
import type { Declaration } from '../catalog/catalog.ts'
import { dependentsOf } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { arrayLiteral } from '../schema/array-literal.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { withCurrentPlan } from './current-plan.ts'
import { refreshRows, type Wanted } from './refresh-rows.ts'
import { type Selection, selectRows } from './selection.ts'
import { raw } from './sql-template.ts'
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
    const { onlyErrors = false, signal, onProgress, where } = this.#options
    // Refuses names that are no computed columns.
    planCells(plan.spec, new Set(this.#columns))
    assertAvailable(plan, withDependents(plan, this.#columns))
    const every = selectRows(plan, where)
    const selection = onlyErrors ? failedOnly(plan, this.#columns, every) : every
    const onError = this.#options.onError ?? (onlyErrors ? 'store' : undefined)
    const evaluate = { ...(onError ? { onError } : {}), ...(signal ? { signal } : {}) }
    const wanted = this.#wanted(plan)
    for await (const stored of readRows(this.#context, plan, { columns: [], selection, after: this.#after })) {
      for (let start = 0; start < stored.length; start += ROWS) {
        throwIfAborted(signal, plan)
        const rowids = stored.slice(start, start + ROWS).map(({ rowid }) => rowid)
        const result = await refreshRows(this.#context, plan, { rowids, wanted }, evaluate)
        this.count += result.count
        for (const error of result.errors) this.errors.push({ ...error, index: this.#seen + error.index })
        this.#seen += rowids.length
        this.#after = rowids.at(-1)
        onProgress?.({ done: this.#seen })
      }
    }
  }

  #wanted(plan: WritePlan): Wanted {
    const all = withDependents(plan, this.#columns)
    if (!this.#options.onlyErrors) return () => all
    return ({ states }) =>
      withDependents(
        plan,
        this.#columns.filter((name) => states?.[name]?.state === 'failed'),
      )
  }
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
      where e.table_id = ${raw(String(plan.table.id))} and e."column" = any(${names}::text[]))
    and exists (select from unnest(${names}::text[]) as c (name) where t._cells -> c.name ->> 'state' = 'failed')`
  return { condition: condition ? sql`${condition} and ${failed}` : failed, filters }
}
