import { dependentsOf } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { CellarError } from '../errors/cellar-error.ts'
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
  path: string,
  rowids: readonly string[],
  options: FillOptions = {},
): Promise<Filled> {
  const work = new Filling(context, rowids, options)
  const load = async () => planOf(await context.catalog.get(path))
  await withCurrentPlan(context, load, (plan) => work.run(plan))
  return work
}

/** Goes on under another plan where it stopped: what is computed is not computed again. */
class Filling implements Filled {
  readonly #context: StoreContext
  readonly #rowids: readonly string[]
  readonly #options: FillOptions
  count = 0
  failed = 0
  #done = 0
  #size = FIRST_ROWS

  constructor(context: StoreContext, rowids: readonly string[], options: FillOptions) {
    this.#context = context
    this.#rowids = rowids
    this.#options = options
  }

  async run(plan: WritePlan): Promise<void> {
    const { signal, onProgress } = this.#options
    const missing = new Map(
      planCells(plan.spec, new Set(plan.computed)).unavailable.map((item) => [item.column, item.function]),
    )
    const skipped = new Set<string>()
    const wanted = waitingCells(plan, missing, skipped)
    const evaluate = { onError: 'store' as const, ...(signal ? { signal } : {}) }
    while (this.#done < this.#rowids.length) {
      throwIfAborted(signal, plan)
      const began = performance.now()
      const chunk = this.#rowids.slice(this.#done, this.#done + this.#size)
      const result = await refreshRows(this.#context, plan, { rowids: chunk, wanted }, evaluate)
      this.count += result.count
      this.failed += result.errors.length
      this.#done += chunk.length
      onProgress?.(this.#done)
      if (performance.now() - began < QUICK) this.#size = Math.min(this.#size * 2, MOST_ROWS)
    }
    const [column] = skipped
    if (column !== undefined) {
      const reason = `waiting cells of ${plan.spec.path}.${column} need it, and this process has not declared it`
      throw new CellarError('FUNCTION_UNAVAILABLE', { function: missing.get(column) ?? column, reason })
    }
  }
}

/** What waits in a row, and what failed because of that; what cannot be computed here is noted in `skipped`. */
function waitingCells(plan: WritePlan, missing: ReadonlyMap<string, string>, skipped: Set<string>): Wanted {
  return ({ states }) => {
    const waiting = plan.computed.filter((name) => states?.[name]?.state === 'pending')
    const reached = dependentsOf(plan.spec, waiting)
    const names = plan.computed.filter(
      (name) => waiting.includes(name) || (reached.has(name) && states?.[name]?.state === 'failed'),
    )
    for (const name of names) if (missing.has(name)) skipped.add(name)
    return names.filter((name) => !missing.has(name))
  }
}
