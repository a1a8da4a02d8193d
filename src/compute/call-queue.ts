import type { FunctionArgs, FunctionDefinition } from '../func/function-definition.ts'
import type { RowState } from './row-state.ts'
import type { CallStep } from './step.ts'

/** A row that waits for the result of a call. */
export interface Waiter {
  readonly state: RowState
  readonly step: CallStep
}

/** A call that waits for its turn or is under way, and everybody who waits for it. */
export interface PendingCall {
  readonly definition: FunctionDefinition
  readonly args: FunctionArgs
  readonly key: string | undefined
  /** Estimated size of the arguments. */
  readonly bytes: number
  readonly waiters: Waiter[]
}

/** The calls of one function that were not started yet. */
export class CallQueue {
  readonly definition: FunctionDefinition
  /** Steps of all rows that call the function and are not settled. */
  unsettled: number
  /** Of these, the ones whose call is queued or under way. */
  waiting = 0
  #calls: PendingCall[] = []
  #head = 0

  constructor(definition: FunctionDefinition, unsettled: number) {
    this.definition = definition
    this.unsettled = unsettled
  }

  get length(): number {
    return this.#calls.length - this.#head
  }

  push(call: PendingCall): void {
    this.#calls.push(call)
  }

  /**
   * The calls to start next: one, or a batch. A batch that is not full waits for more, until no more can come or,
   * with `idle`, until nothing else moves.
   */
  take(idle: boolean): PendingCall[] {
    const size = this.definition.batch?.size ?? 1
    const last = this.unsettled === this.waiting
    if (this.length === 0 || (this.length < size && !last && !idle)) return []
    const taken = this.#calls.slice(this.#head, this.#head + size)
    this.#head += taken.length
    if (this.#head > 1_000 || this.length === 0) {
      this.#calls = this.#calls.slice(this.#head)
      this.#head = 0
    }
    return taken
  }
}
