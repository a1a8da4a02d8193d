import { Fault } from './fault.ts'
import type { Outcome } from './outcome.ts'

const MAX_OUTCOMES = 10_000

/** Outcomes of the calls of one operation, so that equal calls are made once. Sync functions are not worth it and not in it. */
export class CallMemo {
  readonly #outcomes = new Map<string, Outcome>()

  get(key: string): Outcome | undefined {
    return this.#outcomes.get(key)
  }

  remember(key: string, outcome: Outcome): void {
    if (outcome instanceof Fault && outcome.retryable) return
    if (this.#outcomes.size >= MAX_OUTCOMES) {
      const oldest = this.#outcomes.keys().next().value
      if (oldest !== undefined) this.#outcomes.delete(oldest)
    }
    this.#outcomes.set(key, outcome)
  }
}
