import { CellarError } from '../errors/cellar-error.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import { CallContext } from './call-context.ts'
import type { CallMemo } from './call-memo.ts'
import type { CellFailure } from './cell-failure.ts'
import type { CellPlan, PlannedOutput } from './cell-plan.ts'
import type { RunOptions } from './engine.ts'
import type { EngineParts } from './engine-parts.ts'
import { evaluationFault, Fault } from './fault.ts'
import type { RowState } from './row-state.ts'
import type { OutputStep } from './step.ts'

export interface OperationOptions extends RunOptions {
  readonly parameters?: Readonly<Record<string, unknown>>
}

/** One run of a plan over rows: what it was asked, and what it has come to. */
export class Operation {
  readonly plan: CellPlan
  readonly rows: readonly Row[]
  readonly parts: EngineParts
  readonly memo: CallMemo | undefined
  readonly parameters: Readonly<Record<string, unknown>> | undefined
  readonly errors: CellFailure[] = []
  readonly media = new Map<number, StoredMedia[]>()
  /** Called when the run has to end before its time. */
  onStop: (() => void) | undefined
  readonly #options: OperationOptions
  readonly #inherited: ReadonlyMap<number, ReadonlyMap<string, Fault>>
  readonly #live = new Set<CallContext>()
  #stopped: { readonly error: CellarError } | undefined
  #spare: CallContext | undefined
  #done = 0

  constructor(plan: CellPlan, rows: readonly Row[], parts: EngineParts, options: OperationOptions) {
    this.plan = plan
    this.rows = rows
    this.parts = parts
    this.memo = options.memo
    this.parameters = options.parameters
    this.#options = options
    this.#inherited = byRow(options.failed ?? [])
  }

  /** Runs the body; when it ends in any way, no call of it is left running. */
  async guard(body: () => Promise<void>): Promise<void> {
    const { signal } = this.#options
    const aborted = () => {
      this.stop(new CellarError('ABORTED', { subject: `Computing ${this.plan.subject}` }, { cause: signal?.reason }))
    }
    if (signal?.aborted) aborted()
    signal?.addEventListener('abort', aborted, { once: true })
    try {
      this.throwIfStopped()
      await body()
    } catch (error) {
      for (const context of this.#live) context.abort(error)
      throw error
    } finally {
      signal?.removeEventListener('abort', aborted)
      this.#live.clear()
    }
  }

  /** Makes the run end with an error at its next step. */
  stop(error: CellarError): void {
    this.#stopped ??= { error }
    for (const context of this.#live) context.abort(error)
    this.onStop?.()
  }

  throwIfStopped(): void {
    if (this.#stopped) throw this.#stopped.error
  }

  openContext(): CallContext {
    const context = this.#spare ?? new CallContext(this.parts.functionMedia, this.parts.runQuery)
    this.#spare = undefined
    this.#live.add(context)
    return context
  }

  /** Of a call that is over and gave its answer at once, so that nobody waits on the signal. */
  reuseContext(context: CallContext): void {
    this.#spare = context
  }

  closeContext(context: CallContext): void {
    this.#live.delete(context)
  }

  inherited(index: number): ReadonlyMap<string, Fault> | undefined {
    return this.#inherited.get(index)
  }

  /** Evaluates an output and sets it in the row, null where it failed. */
  settleOutput(step: OutputStep, state: RowState): void {
    try {
      const value = step.evaluate(state.context) ?? null
      state.row[step.name] = value
      const stored = state.storedOf(value)
      if (stored) this.#addMedia(state.index, stored)
    } catch (error) {
      const fault = evaluationFault(error)
      state.row[step.name] = null
      this.#fail(this.plan.outputs[step.output] as PlannedOutput, state, fault)
    }
  }

  rowsDone(count: number): void {
    this.#done += count
    if (count > 0) this.#options.onProgress?.(this.#done)
  }

  #addMedia(index: number, stored: StoredMedia): void {
    const list = this.media.get(index)
    if (list) list.push(stored)
    else this.media.set(index, [stored])
  }

  #fail(output: PlannedOutput, state: RowState, fault: Fault): void {
    // A cell that was allowed to fail does not fail the operation through the cells that read it, unless they cannot be null.
    const inherits = fault.inheritedFrom !== undefined && output.nullable
    const onError = this.#options.onError ?? (inherits ? 'store' : output.onError)
    const { code, message, retryable } = fault
    if (onError === 'abort')
      throw (this.plan.failsAs === 'call' && fault.error) || this.#cellError(output.name, state.index, fault)
    this.errors.push({ index: state.index, column: output.name, code, message, retryable })
    state.fail(output.name, fault)
  }

  #cellError(column: string, index: number, fault: Fault): CellarError {
    const { code, message, retryable, cause } = fault
    const issues = [{ path: [index, column], message, code }]
    const details = { column, subject: this.plan.subject, reason: message }
    return new CellarError(retryable ? 'CELL_UNAVAILABLE' : 'CELL_FAILED', details, { cause: cause ?? fault, issues })
  }
}

function byRow(failures: readonly CellFailure[]): ReadonlyMap<number, ReadonlyMap<string, Fault>> {
  const rows = new Map<number, Map<string, Fault>>()
  for (const { index, column, code, message, retryable } of failures) {
    const row = rows.get(index) ?? new Map<string, Fault>()
    rows.set(index, row.set(column, new Fault(code, message, { retryable })))
  }
  return rows
}
