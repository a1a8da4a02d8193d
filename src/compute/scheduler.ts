import { setImmediate } from 'node:timers/promises'
import type { FunctionArgs, FunctionDefinition } from '../func/function-definition.ts'
import type { Row } from '../schema/row-codec.ts'
import { callArguments } from './call-arguments.ts'
import { startBatch, startCall } from './call-function.ts'
import { isInline } from './call-kind.ts'
import { CallMemo } from './call-memo.ts'
import { CallQueue, type PendingCall, type Waiter } from './call-queue.ts'
import { memoKey } from './memo-key.ts'
import type { Operation } from './operation.ts'
import type { Outcome } from './outcome.ts'
import { RowState } from './row-state.ts'
import type { CallStep, Step } from './step.ts'

/** Milliseconds of work after which the process gets to do something else. */
const SLICE = 30
/** Rows under way at once, unless a batch needs more. */
const MAX_ROWS = 1_024

interface Completion {
  readonly calls: readonly PendingCall[]
  readonly outcomes: readonly Outcome[]
}

/**
 * Runs every cell as soon as its inputs are there.
 *
 * A step of a row waits for the steps before it, is ready, and is settled. A call that is ready is queued by function,
 * once for equal arguments, and started while fewer than `concurrency` are under way; its outcome settles every row
 * that waits for it. Rows are admitted while few enough, with small enough arguments, are under way. All state
 * changes in `run`, one at a time: a call that ends only leaves its outcome and wakes it.
 */
export class Scheduler {
  readonly #operation: Operation
  readonly #steps: readonly Step[]
  /** For each step the steps that wait for it. */
  readonly #dependents: readonly (readonly number[])[]
  readonly #queues: ReadonlyMap<FunctionDefinition, CallQueue>
  readonly #memo: CallMemo
  readonly #pending = new Map<string, PendingCall>()
  readonly #ready: { readonly state: RowState; readonly step: Step }[] = []
  readonly #maxRows: number
  #completed: Completion[] = []
  #raised: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined
  #next: number
  #active = 0
  #running = 0
  #bytes = 0

  constructor(operation: Operation, from: number) {
    const { steps, functions } = operation.plan
    this.#operation = operation
    this.#steps = steps
    this.#next = from
    this.#memo = operation.memo ?? new CallMemo()
    this.#dependents = steps.map(({ index }) =>
      steps.filter(({ after }) => after.includes(index)).map((step) => step.index),
    )
    const rows = operation.rows.length - from
    const uses = (definition: FunctionDefinition) =>
      steps.filter((step) => step.kind === 'call' && step.definition === definition).length
    this.#queues = new Map(
      functions.map((definition) => [definition, new CallQueue(definition, rows * uses(definition))]),
    )
    this.#maxRows = Math.max(MAX_ROWS, ...functions.map(({ batch }) => 2 * (batch?.size ?? 0)))
  }

  async run(): Promise<void> {
    for (;;) {
      this.#operation.throwIfStopped()
      const more = this.#work()
      this.#start(!more)
      if (!more && this.#active === 0 && this.#next >= this.#operation.rows.length) return
      if (more) await setImmediate()
      else if (this.#completed.length === 0 && !this.#raised) await this.#sleep()
      this.#settleCompleted()
    }
  }

  /** Makes `run` look at the operation again. */
  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  async #sleep(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  /** Executes what is ready. True when there is more, but the slice of time is over. */
  #work(): boolean {
    const end = performance.now() + SLICE
    for (;;) {
      const next = this.#ready.pop()
      if (next) this.#execute(next.state, next.step)
      else if (!this.#admit()) return false
      if (performance.now() > end) return true
    }
  }

  #admit(): boolean {
    const { rows, parts } = this.#operation
    const index = this.#next
    if (index >= rows.length || this.#active >= this.#maxRows || this.#bytes >= parts.maxBytes) return false
    this.#next += 1
    this.#active += 1
    const operation = this.#operation
    const state = new RowState(operation.parameters).start(index, rows[index] as Row, operation.inherited(index))
    state.waiting = this.#steps.map(({ after }) => after.length)
    state.left = this.#steps.length
    for (const step of this.#steps) if (step.after.length === 0) this.#ready.push({ state, step })
    if (state.left === 0) this.#finishRow()
    return true
  }

  #execute(state: RowState, step: Step): void {
    if (step.kind === 'output') {
      this.#operation.settleOutput(step, state)
      this.#settle(state, step)
      return
    }
    const args = callArguments(step, state)
    if (!args) this.#settle(state, step)
    else if (isInline(step.definition)) this.#callInline({ state, step }, args)
    else this.#enqueue({ state, step }, args)
  }

  #callInline(waiter: Waiter, args: FunctionArgs): void {
    const { state, step } = waiter
    const outcome = startCall(this.#operation, step.definition, args)
    if (outcome instanceof Promise) {
      const call = this.#createCall(waiter, args, undefined)
      this.#queueOf(step).waiting += 1
      this.#track(
        [call],
        outcome.then((one) => [one]),
      )
      return
    }
    state.settle(step.key, outcome)
    this.#settle(state, step)
  }

  #enqueue(waiter: Waiter, args: FunctionArgs): void {
    const { state, step } = waiter
    const key = memoKey(step.definition, args)
    const known = key === undefined ? undefined : this.#memo.get(key)
    if (known) {
      state.settle(step.key, known)
      this.#settle(state, step)
      return
    }
    const queue = this.#queueOf(step)
    queue.waiting += 1
    const equal = key === undefined ? undefined : this.#pending.get(key)
    if (equal) {
      equal.waiters.push(waiter)
      return
    }
    const call = this.#createCall(waiter, args, key)
    if (key !== undefined) this.#pending.set(key, call)
    queue.push(call)
  }

  #createCall(waiter: Waiter, args: FunctionArgs, key: string | undefined): PendingCall {
    const { definition } = waiter.step
    const bytes = sizeOf(definition, args)
    this.#bytes += bytes
    return { definition, args, key, bytes, waiters: [waiter] }
  }

  /** @param idle nothing is ready and no row can be admitted */
  #start(idle: boolean): void {
    const { concurrency } = this.#operation.parts
    for (const queue of this.#queues.values()) {
      while (this.#running < concurrency && this.#startNext(queue, false));
    }
    if (!idle || this.#running > 0) return
    for (const queue of this.#queues.values()) if (this.#startNext(queue, true)) return
  }

  #startNext(queue: CallQueue, idle: boolean): boolean {
    const calls = queue.take(idle)
    const [first] = calls
    if (!first) return false
    const { definition } = queue
    const outcomes = definition.runBatch
      ? startBatch(
          this.#operation,
          definition,
          calls.map(({ args }) => args),
        )
      : Promise.resolve(startCall(this.#operation, definition, first.args)).then((one) => [one])
    this.#track(calls, outcomes)
    return true
  }

  #track(calls: readonly PendingCall[], promise: Promise<readonly Outcome[]>): void {
    this.#running += 1
    promise.then(
      (outcomes) => {
        this.#completed.push({ calls, outcomes })
        this.wake()
      },
      (error: unknown) => {
        this.#raised ??= { error }
        this.wake()
      },
    )
  }

  #settleCompleted(): void {
    this.#operation.throwIfStopped()
    if (this.#raised) throw this.#raised.error
    const completed = this.#completed
    this.#completed = []
    for (const { calls, outcomes } of completed) {
      this.#running -= 1
      for (const [at, call] of calls.entries()) this.#complete(call, outcomes[at] as Outcome)
    }
  }

  #complete(call: PendingCall, outcome: Outcome): void {
    this.#bytes -= call.bytes
    if (call.key !== undefined) {
      this.#pending.delete(call.key)
      this.#memo.remember(call.key, outcome)
    }
    for (const { state, step } of call.waiters) {
      this.#queueOf(step).waiting -= 1
      state.settle(step.key, outcome)
      this.#settle(state, step)
    }
  }

  #settle(state: RowState, step: Step): void {
    if (step.kind === 'call') this.#queueOf(step).unsettled -= 1
    for (const at of this.#dependents[step.index] as readonly number[]) {
      const open = (state.waiting[at] as number) - 1
      state.waiting[at] = open
      if (open === 0) this.#ready.push({ state, step: this.#steps[at] as Step })
    }
    state.left -= 1
    if (state.left === 0) this.#finishRow()
  }

  #finishRow(): void {
    this.#active -= 1
    this.#operation.rowsDone(1)
  }

  #queueOf(step: CallStep): CallQueue {
    return this.#queues.get(step.definition) as CallQueue
  }
}

function sizeOf({ args: specs }: FunctionDefinition, args: FunctionArgs): number {
  let bytes = 0
  for (const [name, spec] of Object.entries(specs)) {
    const value = args[name]
    if (value !== null && value !== undefined) bytes += spec.type.byteSize(value)
  }
  return bytes
}
