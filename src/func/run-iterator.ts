import { CellarError } from '../errors/cellar-error.ts'
import { checkResult, invalidResult } from './check-result.ts'
import type { FunctionContext } from './function-context.ts'
import type { FunctionArgs } from './function-definition.ts'
import { functionFailure } from './function-failure.ts'
import type { DirectOptions } from './function-spec.ts'
import type { IteratorDefinition } from './iterator-definition.ts'
import { inTime, parseArguments, unreadable } from './run-function.ts'

type Row = Record<string, unknown>

/**
 * Runs an iterator on plain values, outside of any database. The arguments are checked at once, each row when it comes.
 * Gives an asynchronous generator where the iterator is one. Ending it early ends the iterator.
 */
export function runIterator(
  definition: IteratorDefinition,
  values: FunctionArgs,
  { signal, media = unreadable(definition.name) }: DirectOptions = {},
): Generator<Row, void, undefined> | AsyncGenerator<Row, void, undefined> {
  const { name } = definition
  const args = parseArguments(definition, values)
  const controller = new AbortController()
  const rows = attempt(name, () => definition.run(args, { signal: controller.signal, media } satisfies FunctionContext))
  const run: Run = { definition, controller, signal }
  if (has(rows, Symbol.asyncIterator)) return asynchronous(run, rows as AsyncIterable<unknown>)
  if (has(rows, Symbol.iterator)) return synchronous(run, rows as Iterable<unknown>)
  throw invalidResult(name, 'run has to be a generator function, or to give something that can be iterated.')
}

interface Run {
  readonly definition: IteratorDefinition
  readonly controller: AbortController
  readonly signal: AbortSignal | undefined
}

function* synchronous(run: Run, rows: Iterable<unknown>): Generator<Row, void, undefined> {
  const { name } = run.definition
  const iterator = attempt(name, () => rows[Symbol.iterator]())
  let done = false
  try {
    for (;;) {
      throwIfAborted(run)
      const next = attempt(name, () => iterator.next())
      done = next.done === true
      if (done) return
      yield rowOf(run.definition, next.value)
    }
  } finally {
    run.controller.abort()
    if (!done) attempt(name, () => iterator.return?.())
  }
}

async function* asynchronous(run: Run, rows: AsyncIterable<unknown>): AsyncGenerator<Row, void, undefined> {
  const { definition, controller, signal } = run
  const { name } = definition
  const iterator = attempt(name, () => rows[Symbol.asyncIterator]())
  let over = false
  try {
    for (;;) {
      throwIfAborted(run)
      // One that does not answer is not waited for again.
      over = true
      const next = (await inTime(
        definition,
        attempt(name, () => iterator.next()),
        controller,
        signal,
      )) as IteratorResult<unknown>
      over = next.done === true
      if (over) return
      yield rowOf(definition, next.value)
    }
  } finally {
    controller.abort()
    if (!over) await iterator.return?.()
  }
}

function throwIfAborted({ definition, signal }: Run): void {
  if (signal?.aborted)
    throw new CellarError('ABORTED', { subject: `Iterator ${definition.name}` }, { cause: signal.reason })
}

/** @throws FUNCTION_INVALID_RESULT */
function rowOf({ name, yields }: IteratorDefinition, value: unknown): Row {
  if (typeof value !== 'object' || value === null)
    throw invalidResult(name, `${String(value)}, where a row is declared.`)
  const given = value as Readonly<Record<string, unknown>>
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(yields, key))
  if (unknown !== undefined) throw invalidResult(name, `a row with ${unknown}, which yields does not name.`)
  const row: Row = {}
  for (const [column, spec] of Object.entries(yields))
    row[column] = checkResult(`${name}.${column}`, spec, given[column])
  return row
}

function attempt<T>(name: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    throw functionFailure(error, name)
  }
}

const has = (value: unknown, symbol: symbol): boolean =>
  typeof value === 'object' && value !== null && typeof (value as Record<symbol, unknown>)[symbol] === 'function'
