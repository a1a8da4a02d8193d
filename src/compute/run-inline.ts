import { setImmediate } from 'node:timers/promises'
import type { Row } from '../schema/row-codec.ts'
import { callArguments } from './call-arguments.ts'
import { startCall } from './call-function.ts'
import type { Operation } from './operation.ts'
import { RowState } from './row-state.ts'
import type { CallStep } from './step.ts'

/** Milliseconds after which the process gets to do something else. */
const SLICE = 30

/**
 * Computes row after row without scheduling, for plans whose calls give their values at once. Returns the number of
 * rows done: fewer than all when a function turned out to be asynchronous.
 */
export async function runInline(operation: Operation): Promise<number> {
  const { rows } = operation
  const state = new RowState(operation.parameters)
  let sliceEnd = performance.now() + SLICE
  let reported = 0
  for (let index = 0; index < rows.length; index += 1) {
    state.start(index, rows[index] as Row, operation.inherited(index))
    const pending = runSteps(operation, state, 0)
    if (pending) {
      await pending
      operation.rowsDone(index + 1 - reported)
      return index + 1
    }
    if (performance.now() > sliceEnd && index + 1 < rows.length) {
      operation.rowsDone(index + 1 - reported)
      reported = index + 1
      await setImmediate()
      operation.throwIfStopped()
      sliceEnd = performance.now() + SLICE
    }
  }
  operation.rowsDone(rows.length - reported)
  return rows.length
}

/** A promise only when a call gave one; then the rest of the row waits for it. */
function runSteps(operation: Operation, state: RowState, from: number): Promise<void> | undefined {
  const { steps } = operation.plan
  for (let at = from; at < steps.length; at += 1) {
    const step = steps[at]
    if (step?.kind === 'output') operation.settleOutput(step, state)
    else if (step) {
      const pending = runCall(operation, step, state)
      if (pending) return pending.then(() => runSteps(operation, state, at + 1))
    }
  }
  return undefined
}

function runCall(operation: Operation, step: CallStep, state: RowState): Promise<void> | undefined {
  const args = callArguments(step, state)
  if (!args) return undefined
  const outcome = startCall(operation, step.definition, args)
  if (!(outcome instanceof Promise)) {
    state.settle(step.key, outcome)
    return undefined
  }
  return outcome.then((late) => {
    operation.throwIfStopped()
    state.settle(step.key, late)
  })
}
