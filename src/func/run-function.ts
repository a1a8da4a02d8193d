import { CellarError, type Issue, isCellarError } from '../errors/cellar-error.ts'
import { type ColumnSpec, makeDefault } from '../types/column-spec.ts'
import { isInvalidValue, issuesAt } from '../types/invalid-value.ts'
import { checkResult, checkResults } from './check-result.ts'
import { concreteFunction } from './concrete-function.ts'
import type { FunctionContext, FunctionMedia } from './function-context.ts'
import type { DeclaredFunction, FunctionArgs, FunctionDefinition } from './function-definition.ts'
import { functionFailure } from './function-failure.ts'
import type { DirectOptions } from './function-spec.ts'

/** The longest delay that `setTimeout` takes. */
const MAX_DELAY = 2 ** 31 - 1

/**
 * Calls a function on plain values, outside of any database. Gives a promise where the function does, and for a
 * batched one.
 */
export function runFunction(declared: DeclaredFunction, values: FunctionArgs, options: DirectOptions = {}): unknown {
  const args = parseArguments(declared, values)
  const definition = concreteFunction(declared, args)
  const { name, returns } = definition
  const { signal, media = unreadable(name) } = options
  if (signal?.aborted) throw aborted(name, signal)
  const controller = new AbortController()
  const context: FunctionContext = { signal: controller.signal, media }
  const result = attempt(name, () => invoke(definition, args, context))
  const finish = (value: unknown) => {
    if (value instanceof Error) throw functionFailure(value, name)
    return checkResult(name, returns, value)
  }
  if (definition.runBatch) {
    return inTime(definition, Promise.resolve(result), controller, signal).then((results) =>
      finish(checkResults(name, results, 1)[0]),
    )
  }
  return isThenable(result) ? inTime(definition, result, controller, signal).then(finish) : finish(result)
}

function invoke(definition: FunctionDefinition, args: FunctionArgs, context: FunctionContext): unknown {
  return definition.runBatch ? definition.runBatch([args], context) : definition.run?.(args, context)
}

function attempt<T>(name: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    throw functionFailure(error, name)
  }
}

/** An answer that comes after the time, or after the signal, is ignored. */
export function inTime(
  { name, timeout }: Pick<FunctionDefinition, 'name' | 'timeout'>,
  result: PromiseLike<unknown>,
  controller: AbortController,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const end = (error: CellarError) => {
    reject(error)
    controller.abort(error)
  }
  const over = () => end(new CellarError('FUNCTION_TIMEOUT', { function: name, milliseconds: timeout }))
  const onAbort = () => signal && end(aborted(name, signal))
  const timer = timeout > MAX_DELAY ? undefined : setTimeout(over, timeout)
  signal?.addEventListener('abort', onAbort, { once: true })
  result.then(resolve, (error: unknown) => reject(functionFailure(error, name)))
  return promise.finally(() => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  })
}

/** @throws INVALID_VALUE, UNKNOWN_COLUMN, MISSING_VALUE */
export function parseArguments({ name, args: specs }: Pick<DeclaredFunction, 'name' | 'args'>, values: FunctionArgs) {
  const subject = `A call of ${name}`
  const unknown = Object.keys(values).find((key) => !Object.hasOwn(specs, key))
  if (unknown !== undefined)
    throw new CellarError('UNKNOWN_COLUMN', {
      subject,
      column: unknown,
      known: Object.keys(specs).join(', ') || 'no arguments',
    })
  const args: Record<string, unknown> = {}
  for (const [key, spec] of Object.entries(specs)) args[key] = parseArgument(subject, key, spec, values[key])
  return args
}

function parseArgument(subject: string, key: string, spec: ColumnSpec, value: unknown): unknown {
  const given = value === undefined ? makeDefault(spec) : value
  if (given === undefined || (given === null && !spec.nullable))
    throw new CellarError('MISSING_VALUE', { subject, column: key })
  if (given === null || value === undefined) return given
  const { type } = spec
  try {
    const parsed = type.parse(given)
    // As in expressions: nothing is ingested, so media are stored ones or external URLs.
    return type.media ? type.decode(String(type.encode(parsed))) : parsed
  } catch (error) {
    if (!isCellarError(error) || !isInvalidValue(error)) throw error
    const issues: readonly Issue[] = issuesAt(error, key)
    throw new CellarError('INVALID_VALUE', { subject, reason: `${key}: ${error.details.reason}` }, { issues })
  }
}

export function unreadable(name: string): FunctionMedia {
  const refuse = async () => {
    const reason = 'a direct call reads media only when it is given how, as in run(args, { media })'
    throw new CellarError('FUNCTION_UNAVAILABLE', { function: name, reason })
  }
  return { path: refuse, bytes: refuse, scratch: refuse }
}

function aborted(name: string, signal: AbortSignal): CellarError<'ABORTED'> {
  return new CellarError('ABORTED', { subject: `Function ${name}` }, { cause: signal.reason })
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
