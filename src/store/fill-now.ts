import type { Declaration, PendingFill } from '../catalog/catalog.ts'
import { pendingFills } from '../catalog/fills.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { countWaiting, type FillResult, fillTable, fillWaiting } from './fill-pending.ts'
import type { Progress } from './write-options.ts'
import { type WritePlan, writePlan } from './write-plan.ts'

export interface FillNowOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/**
 * Computes every waiting cell of a table in this process, those of an unfinished `apply` too, and returns when none is
 * left. What a worker computes at the same time is stored once.
 *
 * @throws FUNCTION_UNAVAILABLE after everything else is done, when cells need functions that this process lacks
 * @throws ABORTED; what is done by then stays
 */
export async function fillNow(
  context: StoreContext,
  table: Declaration,
  options: FillNowOptions = {},
): Promise<Omit<FillResult, 'lacking'>> {
  const plan = await writePlan(context, table)
  const work = new Work(context, plan, options)
  const fills = (await pendingFills(context.database)).filter(({ tableId }) => tableId === plan.table.id)
  if (fills.length > 0) await work.definitions(fills)
  // Cells that came up behind the walk are met by the next one.
  while (await work.walk()) throwIfAborted(options.signal, plan)
  return work.result()
}

class Work {
  readonly #context: StoreContext
  readonly #plan: WritePlan
  readonly #options: FillNowOptions
  #filled: FillResult = { count: 0, failed: 0 }

  constructor(context: StoreContext, plan: WritePlan, options: FillNowOptions) {
    this.#context = context
    this.#plan = plan
    this.#options = options
  }

  async definitions(fills: readonly PendingFill[]): Promise<void> {
    this.#add(await fillTable(this.#context, this.#plan.spec.path, fills, this.#following()))
  }

  /** True when there was something to do, and there may be more. */
  async walk(): Promise<boolean> {
    const { computed } = this.#plan
    if ((await countWaiting(this.#context, this.#plan, computed)) === 0) {
      this.#add({ count: 0, failed: 0 })
      return false
    }
    const walked = await fillWaiting(this.#context, this.#plan, computed, this.#following())
    this.#add(walked)
    return walked.lacking === undefined
  }

  result(): Omit<FillResult, 'lacking'> {
    const { lacking, ...filled } = this.#filled
    if (lacking === undefined) return filled
    const reason = `waiting cells of ${this.#plan.spec.path}.${lacking.column} need it, and the module that declares it was not imported in this process`
    throw new CellarError('FUNCTION_UNAVAILABLE', { function: lacking.missing, reason })
  }

  #add({ count, failed, lacking }: FillResult): void {
    const before = this.#filled
    // The last walk saw everything that is left.
    this.#filled = { count: before.count + count, failed: before.failed + failed, ...(lacking && { lacking }) }
  }

  /** Progress goes on from where the walk before has ended. */
  #following(): FillNowOptions {
    const { signal, onProgress } = this.#options
    const before = this.#filled.count
    return {
      ...(signal ? { signal } : {}),
      ...(onProgress && {
        onProgress: ({ done, total = done }) => onProgress({ done: before + done, total: before + total }),
      }),
    }
  }
}
