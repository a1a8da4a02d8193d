import { dependentsOf } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { callsOf } from '../expr/walk.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { withCurrentPlan } from './current-plan.ts'
import { refreshRows, type Wanted } from './refresh-rows.ts'
import { planOf, type WritePlan } from './write-plan.ts'

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
  path: string,
  rowids: readonly string[],
  options: FillOptions = {},
): Promise<Filled> {
  const work = new Filling(context, rowids, options)
  const load = async () => planOf(await context.catalog.get(path))
  return withCurrentPlan(context, load, (plan) => work.run(plan))
}

/** Goes on under another plan where it stopped: what is computed is not computed again. */
class Filling {
  readonly #context: StoreContext
  readonly #rowids: readonly string[]
  readonly #options: FillOptions
  #count = 0
  #failed = 0
  #done = 0
  #size = FIRST_ROWS
  #lacking: Lacking | undefined

  constructor(context: StoreContext, rowids: readonly string[], options: FillOptions) {
    this.#context = context
    this.#rowids = rowids
    this.#options = options
  }

  async run(plan: WritePlan): Promise<Filled> {
    const { signal, onProgress } = this.#options
    const wanted = this.#wanted(plan)
    const evaluate = { onError: 'store' as const, ...(signal ? { signal } : {}) }
    while (this.#done < this.#rowids.length) {
      throwIfAborted(signal, plan)
      const began = performance.now()
      const chunk = this.#rowids.slice(this.#done, this.#done + this.#size)
      const result = await refreshRows(this.#context, plan, { rowids: chunk, wanted }, evaluate)
      this.#count += result.count
      this.#failed += result.errors.length
      this.#done += chunk.length
      onProgress?.(this.#done)
      if (performance.now() - began < QUICK) this.#size = Math.min(this.#size * 2, MOST_ROWS)
    }
    return { count: this.#count, failed: this.#failed, ...(this.#lacking && { lacking: this.#lacking }) }
  }

  #wanted(plan: WritePlan): Wanted {
    const unavailable = unavailableOf(plan)
    return ({ states }) => {
      const waiting = plan.computed.filter((name) => states?.[name]?.state === 'pending')
      const reached = dependentsOf(plan.spec, waiting)
      const names = plan.computed.filter(
        (name) => waiting.includes(name) || (reached.has(name) && states?.[name]?.state === 'failed'),
      )
      const missing = unavailable(names)
      if (missing.size === 0) return names
      // In the order of declaration: what the first one reads is at hand.
      const first = names.find((name) => missing.has(name))
      if (first !== undefined) this.#lacking ??= lackingOf(plan, first, missing.get(first) ?? '')
      return names.filter((name) => !missing.has(name))
    }
  }
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
