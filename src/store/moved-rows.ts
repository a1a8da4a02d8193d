import { setTimeout as delay } from 'node:timers/promises'
import type { CellPlan } from '../compute/cell-plan.ts'
import type { ExprNode } from '../expr/node.ts'
import { callsOf } from '../expr/walk.ts'
import type { StoreContext } from './context.ts'
import { prepareJobs } from './jobs-ready.ts'

/** A row that changed between being read and being written. */
export interface MovedRow {
  readonly rowid: string
  /** Its position in the operation. */
  readonly index: number
}

/** How often rows that keep moving are evaluated again. */
export const ATTEMPTS = 20
/** Milliseconds, growing with every attempt, for writers of other processes to finish. */
const PAUSE = 5

/** True when evaluating is quick enough to hold locks meanwhile: no function runs that is not cheap. */
export function isCheap(plans: readonly CellPlan[], nodes: Iterable<ExprNode>): boolean {
  if (plans.some((plan) => plan.functions.some((definition) => !definition.cheap))) return false
  return [...nodes].every((node) => callsOf(node).every(({ definition }) => definition?.cheap === true))
}

/** Does over in one transaction, with the rows locked, what failed because rows moved. */
export async function holdingRows<T>(
  context: StoreContext,
  { waits }: { readonly waits: boolean },
  run: (context: StoreContext) => Promise<T>,
): Promise<T> {
  if (waits) await prepareJobs(context)
  return context.database.transaction((session) => run({ ...context, session }))
}

const turns = new Map<string, Promise<void>>()

/** A place in the queue of this process's writers to a contended row; `leave` it in any case. */
export class Turn {
  #leave: () => void = () => {}
  #taken = false

  /** Waits for its turn the first time, and then only a moment. */
  async take(key: string, attempt: number): Promise<void> {
    if (this.#taken) {
      await delay(Math.random() * PAUSE * attempt)
      return
    }
    this.#taken = true
    const before = turns.get(key)
    const mine = new Promise<void>((resolve) => {
      this.#leave = () => {
        if (turns.get(key) === mine) turns.delete(key)
        resolve()
      }
    })
    turns.set(key, mine)
    await before
  }

  leave(): void {
    this.#leave()
  }
}
