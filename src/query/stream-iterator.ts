import { CellarError } from '../errors/cellar-error.ts'
import { compileEvaluator } from '../expr/compile-evaluator.ts'
import { runIterator } from '../func/run-iterator.ts'
import type { Row } from '../schema/row-codec.ts'
import type { Parameters } from './parameter-mark.ts'
import type { QueryContext } from './query-context.ts'
import type { IteratorSource } from './query-spec.ts'

interface StreamOptions {
  readonly signal?: AbortSignal
  readonly parameters?: Parameters
}

/**
 * The rows of an iterator for a query: none where an argument that is not nullable is null, as functions are not called
 * then.
 *
 * @throws FUNCTION_NOT_CHEAP in an open transaction, which it would hold
 */
export async function* streamIterator(
  { session }: Pick<QueryContext, 'session'>,
  { definition, args }: IteratorSource,
  { signal, parameters }: StreamOptions,
): AsyncGenerator<Row, void, undefined> {
  const { name, args: specs } = definition
  if (session) throw new CellarError('FUNCTION_NOT_CHEAP', { function: name, subject: 'a query' })
  const values: Record<string, unknown> = {}
  for (const [key, node] of Object.entries(args)) {
    const value = compileEvaluator(node)({ row: {}, ...(parameters ? { parameters } : {}) })
    if (value === null && specs[key]?.nullable !== true) return
    values[key] = value
  }
  yield* runIterator(definition, values, signal ? { signal } : {})
}
