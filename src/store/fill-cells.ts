import { dependentsOf } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { callsOf } from '../expr/walk.ts'
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
  /** Set when cells still wait, because this process lacks functions. */
  readonly lacking?: Lacking
}

/** A column that cannot be computed here, though what it is computed from can. */
export interface Lacking {
  readonly column: string
  /** A function that this process lacks; like all of them as `name@version`. */
  readonly missing: string
  /** Every function that the column calls: a process that has them gets further, whatever else it lacks. */
  readonly need: readonly string[]
}

/**
 * Computes the waiting cells of rows, and what failed because of them. Cells that are not waiting any more are left
 * alone, so doing it again costs nothing. A failing cell is stored as such, whatever its column says: there is no
 * write left to refuse. Cells that need functions that this process lacks stay as they are.
 */
export async function fillCells(
  context: StoreContext,
  plan: WritePlan,
  rowids: readonly string[],
  options: FillOptions = {},
): Promise<Filled> {
  const { signal, onProgress } = options
  const unavailable = unavailableOf(plan)
  let lacking: Lacking | undefined
  const wanted: Wanted = ({ states }) => {
    const waiting = plan.computed.filter((name) => states?.[name]?.state === 'pending')
    const reached = dependentsOf(plan.spec, waiting)
    const names = plan.computed.filter(
      (name) => waiting.includes(name) || (reached.has(name) && states?.[name]?.state === 'failed'),
    )
    const missing = unavailable(names)
    if (missing.size === 0) return names
    // In the order of declaration: what the first one reads is at hand.
    const first = names.find((name) => missing.has(name))
    if (first !== undefined) lacking ??= lackingOf(plan, first, missing.get(first) ?? '')
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
  return { count, failed, ...(lacking && { lacking }) }
}

/** Which of some columns cannot be computed here, and for want of which function; worked out once for equal columns. */
function unavailableOf(plan: WritePlan): (columns: readonly string[]) => ReadonlyMap<string, string> {
  const known = new Map<string, ReadonlyMap<string, string>>()
  return (columns) => {
    const key = columns.join(' ')
    const found =
      known.get(key) ??
      new Map(planCells(plan.spec, new Set(columns)).unavailable.map((item) => [item.column, item.function]))
    known.set(key, found)
    return found
  }
}

function lackingOf({ spec }: WritePlan, column: string, missing: string): Lacking {
  const node = spec.computed[column]?.node
  const need = node ? callsOf(node).map((call) => `${call.function.name}@${call.function.version}`) : []
  return { column, missing, need: [...new Set(need)].sort() }
}
