import { dependentsOf } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { refreshRows, type Wanted } from './refresh-rows.ts'
import type { WritePlan } from './write-plan.ts'

/** Rows computed before their cells are stored; grows while that is quick. */
const FIRST_ROWS = 16
const MOST_ROWS = 500
/** Milliseconds of work that may be lost when the process dies. */
const QUICK = 250

export interface FillOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number) => void
}

export interface Filled {
  readonly count: number
  readonly failed: number
}

/**
 * Computes the waiting cells of rows, and what failed because of them. Cells that are not waiting any more are left
 * alone, so doing it again costs nothing. A failing cell is stored as such, whatever its column says: there is no
 * write left to refuse.
 *
 * @throws FUNCTION_UNAVAILABLE after everything else is done, when cells need functions that this process lacks
 */
export async function fillCells(
  context: StoreContext,
  plan: WritePlan,
  rowids: readonly string[],
  options: FillOptions = {},
): Promise<Filled> {
  const { signal, onProgress } = options
  const missing = new Map(
    planCells(plan.spec, new Set(plan.computed)).unavailable.map((item) => [item.column, item.function]),
  )
  const skipped = new Set<string>()
  const wanted: Wanted = ({ states }) => {
    const waiting = plan.computed.filter((name) => states?.[name]?.state === 'pending')
    const reached = dependentsOf(plan.spec, waiting)
    const names = plan.computed.filter(
      (name) => waiting.includes(name) || (reached.has(name) && states?.[name]?.state === 'failed'),
    )
    for (const name of names) if (missing.has(name)) skipped.add(name)
    return names.filter((name) => !missing.has(name))
  }
  let [count, failed, size] = [0, 0, FIRST_ROWS]
  for (let start = 0; start < rowids.length; ) {
    throwIfAborted(signal, plan)
    const began = performance.now()
    const chunk = rowids.slice(start, start + size)
    const result = await refreshRows(
      context,
      plan,
      { rowids: chunk, wanted },
      { onError: 'store', ...(signal ? { signal } : {}) },
    )
    count += result.count
    failed += result.errors.length
    start += chunk.length
    onProgress?.(start)
    if (performance.now() - began < QUICK) size = Math.min(size * 2, MOST_ROWS)
  }
  const [column] = skipped
  if (column !== undefined) {
    const reason = `waiting cells of ${plan.spec.path}.${column} need it, and this process has not declared it`
    throw new CellarError('FUNCTION_UNAVAILABLE', { function: missing.get(column) ?? column, reason })
  }
  return { count, failed }
}
