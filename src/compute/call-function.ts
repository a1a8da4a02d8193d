import { checkResults } from '../func/check-result.ts'
import type { FunctionArgs, FunctionDefinition } from '../func/function-definition.ts'
import type { CallContext } from './call-context.ts'
import { isThenable, markAsync } from './call-kind.ts'
import { Fault, faultOf, timeoutFault } from './fault.ts'
import { ingestResult } from './ingest-result.ts'
import type { Operation } from './operation.ts'
import { type Outcome, parseResult } from './outcome.ts'

/** The longest delay that `setTimeout` takes. */
const MAX_DELAY = 2 ** 31 - 1

/** Calls a function for one row. What it throws is an outcome; the promise rejects only when the operation has to end. */
export function startCall(
  operation: Operation,
  definition: FunctionDefinition,
  args: FunctionArgs,
): Outcome | Promise<Outcome> {
  const context = operation.openContext()
  let value: unknown
  try {
    value = invoke(operation, definition, args, context)
  } catch (error) {
    operation.reuseContext(context)
    return faultOf(error, definition.name)
  }
  if (isThenable(value)) {
    markAsync(definition)
    return settled(value, definition, context)
      .then((result) => finish(operation, definition, result, context))
      .finally(() => operation.closeContext(context))
  }
  if (definition.returns.type.media)
    return finish(operation, definition, value, context).finally(() => operation.closeContext(context))
  operation.reuseContext(context)
  return parseResult(definition, value)
}

/** Calls a batched function. Gives one outcome for each row of arguments. */
export async function startBatch(
  operation: Operation,
  definition: FunctionDefinition,
  rows: readonly FunctionArgs[],
): Promise<readonly Outcome[]> {
  const { name } = definition
  const context = operation.openContext()
  try {
    const value = invoke(operation, definition, rows, context)
    const results = isThenable(value) ? await settled(value, definition, context) : value
    if (results instanceof Fault) return rows.map(() => results)
    const checked = checkResults(name, results, rows.length)
    return await Promise.all(checked.map((result) => finish(operation, definition, result, context)))
  } catch (error) {
    operation.throwIfStopped()
    const fault = faultOf(error, name)
    return rows.map(() => fault)
  } finally {
    operation.closeContext(context)
  }
}

function invoke(
  { parts }: Operation,
  definition: FunctionDefinition,
  input: FunctionArgs | readonly FunctionArgs[],
  context: CallContext,
): unknown {
  if (definition.thread) return parts.threads.call(definition, input, context.signal)
  const began = performance.now()
  try {
    return definition.runBatch
      ? definition.runBatch(input as readonly FunctionArgs[], context)
      : definition.run?.(input as FunctionArgs, context)
  } finally {
    parts.slow.check(definition.name, performance.now() - began)
  }
}

/** What a promise comes to within the time of the function. An answer after that is ignored. */
function settled(
  promise: PromiseLike<unknown>,
  definition: FunctionDefinition,
  context: CallContext,
): Promise<unknown> {
  const { name, timeout, thread } = definition
  return new Promise((resolve, reject) => {
    const over = () => {
      context.onAbort = undefined
      resolve(timeoutFault(name, timeout))
      context.abort(new DOMException(`Function ${name} had ${timeout} ms`, 'TimeoutError'))
    }
    // The time of a thread's call begins when a thread takes it.
    const timer = thread || timeout > MAX_DELAY ? undefined : setTimeout(over, timeout)
    context.onAbort = (reason) => {
      clearTimeout(timer)
      reject(reason)
    }
    promise.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        try {
          resolve(faultOf(error, name))
        } catch (raised) {
          reject(raised)
        }
      },
    )
  })
}

async function finish(
  operation: Operation,
  definition: FunctionDefinition,
  result: unknown,
  context: CallContext,
): Promise<Outcome> {
  const parsed = parseResult(definition, result)
  if (parsed instanceof Fault || parsed.value === null || !definition.returns.type.media) return parsed
  return ingestResult(operation.parts.media, definition, parsed.value, context.signal)
}
