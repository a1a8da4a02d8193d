import type { FunctionDefinition } from '../func/function-definition.ts'

/** Functions that were seen to return a promise without being declared `async`. */
const promising = new WeakSet<FunctionDefinition>()

export function markAsync(definition: FunctionDefinition): void {
  promising.add(definition)
}

/** True when a call gives its value before it returns, as far as is known. */
export function isInline(definition: FunctionDefinition): boolean {
  const { run, thread, returns } = definition
  if (run === undefined || thread || returns.type.media) return false
  return !promising.has(definition) && Object.prototype.toString.call(run) !== '[object AsyncFunction]'
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
