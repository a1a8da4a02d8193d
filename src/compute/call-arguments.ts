import type { EvaluationContext } from '../expr/evaluator.ts'
import type { FunctionArgs } from '../func/function-definition.ts'
import { copyValue } from './copy-value.ts'
import { evaluationFault } from './fault.ts'
import type { RowState } from './row-state.ts'
import type { CallStep, Guard } from './step.ts'

/**
 * The arguments of a call for a row. Undefined when there is nothing to call: the result is known, no branch that was
 * taken needs it, a null stands where none is expected (then the result is null), or an argument failed (then so did the call).
 */
export function callArguments(step: CallStep, state: RowState): FunctionArgs | undefined {
  const { calls, context } = state
  if (calls.has(step.key)) return undefined
  if (step.needed && !step.needed.some((guards) => holds(guards, context))) return undefined
  try {
    const args: Record<string, unknown> = {}
    for (const { name, evaluate, nullable } of step.args) {
      const value = evaluate(context) ?? null
      if (value === null && !nullable) {
        calls.set(step.key, null)
        return undefined
      }
      args[name] = typeof value === 'object' ? copyValue(value) : value
    }
    return args
  } catch (error) {
    calls.set(step.key, evaluationFault(error))
    return undefined
  }
}

/** A condition that failed is not reached: the output fails when it evaluates the condition itself. */
function holds(guards: readonly Guard[], context: EvaluationContext): boolean {
  try {
    return guards.every(({ evaluate, test }) => passes(evaluate(context), test))
  } catch (error) {
    evaluationFault(error)
    return false
  }
}

function passes(value: unknown, test: Guard['test']): boolean {
  if (test === 'true') return value === true
  return test === 'null' ? value === null || value === undefined : value !== true
}
