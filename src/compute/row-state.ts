import type { EvaluationContext } from '../expr/evaluator.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import { Fault } from './fault.ts'
import type { Outcome } from './outcome.ts'

/** Results of calls by key. Reading a failed one throws its fault, so that whatever needs it fails alike. */
class CallResults extends Map<string, unknown> {
  override get(key: string): unknown {
    const value = super.get(key)
    if (value instanceof Fault) throw value
    return value
  }
}

/** One row while its cells are being computed. */
export class RowState {
  index = -1
  row: Row = {}
  readonly calls = new CallResults()
  /** For each step the number of steps it still waits for; used by the scheduler. */
  waiting: number[] = []
  /** Steps that are not settled. */
  left = 0
  readonly #context: { -readonly [K in keyof EvaluationContext]: EvaluationContext[K] }
  #failed: Map<string, Fault> | undefined
  /** What the calls of this row stored, by ref. Not all of it ends up in a cell. */
  #stored: Map<string, StoredMedia> | undefined

  constructor(parameters: Readonly<Record<string, unknown>> | undefined) {
    this.#context = { row: this.row, calls: this.calls, ...(parameters ? { parameters } : {}) }
  }

  start(index: number, row: Row, failed: ReadonlyMap<string, Fault> | undefined): this {
    this.index = index
    this.row = row
    if (this.calls.size > 0) this.calls.clear()
    this.#context.row = row
    this.#failed = undefined
    this.#stored = undefined
    if (failed) for (const [column, fault] of failed) this.fail(column, fault)
    return this
  }

  get context(): EvaluationContext {
    return this.#context
  }

  settle(key: string, outcome: Outcome): void {
    if (outcome instanceof Fault) {
      this.calls.set(key, outcome)
      return
    }
    this.calls.set(key, outcome.value)
    if (!outcome.stored) return
    this.#stored ??= new Map()
    this.#stored.set(outcome.stored.ref, outcome.stored)
  }

  /** The stored media that a value names, if a call of this row stored it. */
  storedOf(value: unknown): StoredMedia | undefined {
    if (!this.#stored || typeof value !== 'object' || value === null || !('url' in value)) return undefined
    return this.#stored.get(String(value.url))
  }

  /** Makes reading the column throw. */
  fail(column: string, fault: Fault): void {
    this.#failed ??= new Map()
    this.#failed.set(column, fault.inheritedBy(column))
    this.#context.row = guarded(this.row, this.#failed)
  }
}

function guarded(row: Row, failed: ReadonlyMap<string, Fault>): Row {
  const view = Object.create(row) as Row
  for (const [column, fault] of failed)
    Object.defineProperty(view, column, {
      get() {
        throw fault
      },
    })
  return view
}
