import { CellarError } from '../errors/cellar-error.ts'
import type { FunctionArgs } from '../func/function-definition.ts'
import type { Args, DirectArgs, DirectOptions } from '../func/function-spec.ts'
import {
  createIterator,
  type IteratorDefinition,
  type IteratorRow,
  type IteratorSpec,
} from '../func/iterator-definition.ts'
import { register } from '../func/registry.ts'
import { runIterator } from '../func/run-iterator.ts'
import type { Columns } from '../types/column.ts'
import { makeDefault } from '../types/column-spec.ts'
import { argumentNode } from './argument-node.ts'
import { literalNode } from './literal-node.ts'
import type { ExprNode } from './node.ts'
import { walkNode } from './walk.ts'

/** Where the rows of an iterator keep what they are; the same in every installed copy. */
const ITERATOR_ROWS = Symbol.for('cellar.iterator-rows')

/** A call of an iterator: rows that a query reads, as it reads those of a table. */
export interface IteratorRows<Y extends Columns> {
  readonly '~scope': { readonly [K in keyof Y]: Y[K]['~expr'] }
}

/** An iterator; `V` is what a direct call gives. */
export interface CellarIterator<A extends Columns, Y extends Columns, V> {
  /** Its rows as the source of a query: `from(pages({ text }))`. Arguments are values, or parameters of a named query. */
  (args: Args<A, never>): IteratorRows<Y>
  /**
   * Runs it on plain values: defaults are applied, the arguments and each row are checked.
   *
   * @throws INVALID_VALUE, MISSING_VALUE, UNKNOWN_COLUMN for arguments that cannot be used
   * @throws FUNCTION_FAILED, FUNCTION_INVALID_RESULT, FUNCTION_TIMEOUT while rows are taken
   */
  run(args: DirectArgs<A>, options?: DirectOptions): V
  readonly '~args': A
  readonly '~yields': Y
}

type Iterated<Y extends Columns, O> =
  O extends AsyncIterable<unknown>
    ? AsyncGenerator<IteratorRow<Y>, void, undefined>
    : Generator<IteratorRow<Y>, void, undefined>

/**
 * Declares a function that gives rows, one after another: of a text its pages, of a number the numbers below it.
 *
 * @example
 * const words = defineIterator({
 *   name: 'words',
 *   args: { text: t.string() },
 *   yields: { position: t.int(), word: t.string() },
 *   *run({ text }) {
 *     for (const [position, word] of text.split(' ').entries()) yield { position, word }
 *   },
 * })
 * for (const { word } of words.run({ text: 'to be or not' })) console.log(word)
 * cellar.from(words({ text: 'to be or not' })).where((c) => c.position.gt(1))
 *
 * @throws INVALID_DECLARATION when an option is missing or unknown
 * @throws DUPLICATE_DECLARATION when another iterator has the name and version
 */
export function defineIterator<A extends Columns, Y extends Columns, O>(
  spec: IteratorSpec<A, Y, O>,
): CellarIterator<A, Y, Iterated<Y, O>> {
  const definition = createIterator(spec)
  register('iterator', definition)
  const call = (args: FunctionArgs = {}) => Object.freeze({ [ITERATOR_ROWS]: iteratorCall(definition, args) })
  Object.defineProperty(call, 'name', { value: definition.name })
  const run = (args: FunctionArgs = {}, options?: DirectOptions) => runIterator(definition, args, options)
  // `~args` and `~yields` exist for the type checker only.
  return Object.freeze(Object.assign(call, { run })) as unknown as CellarIterator<A, Y, Iterated<Y, O>>
}

export interface IteratorCall {
  readonly definition: IteratorDefinition
  readonly args: Readonly<Record<string, ExprNode>>
}

/** What the rows of an iterator are made of; undefined for another value. */
export function iteratorCallOf(value: unknown): IteratorCall | undefined {
  if (typeof value !== 'object' || value === null || !(ITERATOR_ROWS in value)) return undefined
  return value[ITERATOR_ROWS] as IteratorCall
}

const CONSTANT: readonly ExprNode['kind'][] = ['literal', 'parameter', 'operation', 'case']

function iteratorCall(definition: IteratorDefinition, values: FunctionArgs): IteratorCall {
  const { name, args: specs, yields } = definition
  const media = Object.entries({ ...specs, ...yields }).find(([, { type }]) => type.media)
  if (media) throw refused(name, `${media[0]} is ${media[1].type.kind}, which a source of a query cannot have; use run`)
  const unknown = Object.keys(values).find((key) => !Object.hasOwn(specs, key))
  if (unknown !== undefined) throw refused(name, `it has no argument ${unknown}`)
  const args = Object.entries(specs).map(([key, spec]): [string, ExprNode] => {
    const value = values[key]
    const initial = value === undefined ? makeDefault(spec) : undefined
    if (value === undefined && initial === undefined) throw refused(name, `it needs the argument ${key}`)
    const node = value === undefined ? literalNode(initial, spec.type) : argumentNode(name, key, spec, value)
    if ([...walkNode(node)].every((part) => CONSTANT.includes(part.kind))) return [key, node]
    throw refused(name, `${key} depends on a row; as a source of a query it takes values and parameters`)
  })
  return Object.freeze({ definition, args: Object.freeze(Object.fromEntries(args)) })
}

function refused(name: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: `a call of ${name}`, reason })
}
