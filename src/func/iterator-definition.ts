import type { AnyColumn, Columns } from '../types/column.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import { DEFAULT_TIMEOUT } from './create-definition.ts'
import type { FunctionContext } from './function-context.ts'
import type { FunctionArgs } from './function-definition.ts'
import type { RunArgs } from './function-spec.ts'
import type { Declared } from './same-definition.ts'
import {
  argumentSpecs,
  assertDescription,
  assertFunctionName,
  assertVersion,
  type Refuse,
  refuser,
  resultSpec,
} from './signature.ts'
import { sourceHash } from './source-hash.ts'

/** A row as `run` yields it: what is nullable may be left out. */
export type YieldedRow<Y extends Columns> = {
  readonly [K in keyof Y as Y[K]['~optional'] extends true ? never : K]: Y[K]['~in']
} & {
  readonly [K in keyof Y as Y[K]['~optional'] extends true ? K : never]?: Y[K]['~in'] | undefined
}

/** A row as a direct call gives it; media as `run` yielded them. */
export type IteratorRow<Y extends Columns> = {
  [K in keyof Y]: Y[K]['~upload'] extends true ? Y[K]['~in'] : Y[K]['~expr']['~value']
}

/** What `defineIterator` takes. */
export interface IteratorSpec<A extends Columns, Y extends Columns, O> {
  /** Unique among all iterators of a process. */
  readonly name: string
  /** A new version tells that the rows are others. @default '0' */
  readonly version?: string
  /** For who reads the declaration. Arguments and columns have `.comment()`. */
  readonly description?: string
  readonly args: A
  /** The columns of its rows. */
  readonly yields: Y
  /** Gives rows one after another: `function*`, or `async function*`. */
  readonly run: (args: RunArgs<A>, context: FunctionContext) => O & IteratedRows<YieldedRow<Y>>
  /** Milliseconds after which a row that has not come fails; `Infinity` waits for ever. @default 300_000 */
  readonly timeout?: number
}

export type IteratedRows<R> = Iterable<R> | AsyncIterable<R>

/** A declared iterator, checked and frozen; loosely typed, as it is run. */
export interface IteratorDefinition extends Declared {
  readonly yields: Readonly<Record<string, ColumnSpec>>
  readonly run: (args: FunctionArgs, context: FunctionContext) => unknown
  readonly timeout: number
}

const OPTIONS: readonly string[] = ['name', 'version', 'description', 'args', 'yields', 'run', 'timeout']

/**
 * Checks what `defineIterator` was given and freezes it.
 *
 * @throws INVALID_NAME when the iterator, an argument or a column has a name that cannot be used
 * @throws INVALID_DECLARATION when an option is missing or unknown
 */
export function createIterator<A extends Columns, Y extends Columns, O>(
  spec: IteratorSpec<A, Y, O>,
): IteratorDefinition {
  const { name, version, description, args, yields, run, timeout = DEFAULT_TIMEOUT } = spec
  assertFunctionName(name)
  const refuse = refuser(`iterator ${name}`)
  const unknown = Object.keys(spec).find((key) => !OPTIONS.includes(key))
  if (unknown !== undefined) throw refuse(`there is no option ${unknown}`)
  assertVersion(version, refuse)
  assertDescription(description, refuse)
  if (typeof run !== 'function') throw refuse('run has to be a function')
  if (!(typeof timeout === 'number' && timeout > 0))
    throw refuse('timeout is a positive number of milliseconds, or Infinity')
  return Object.freeze({
    name,
    version: version ?? '0',
    ...(description === undefined ? {} : { description }),
    args: argumentSpecs(name, args, refuse),
    yields: yieldSpecs(name, yields, refuse),
    run: run as IteratorDefinition['run'],
    timeout,
    sourceHash: sourceHash(String(run)),
  })
}

function yieldSpecs(name: string, yields: Columns, refuse: Refuse): Readonly<Record<string, ColumnSpec>> {
  // Names are checked as those of arguments are; what a result cannot be, a column of the rows cannot be either.
  const specs = argumentSpecs(name, yields, (reason) => refuse(`yields: ${reason.replace('argument', 'column')}`))
  if (Object.keys(specs).length === 0) throw refuse('yields names no column')
  for (const [column, given] of Object.entries<AnyColumn>(yields))
    resultSpec(given, (reason) => refuse(`yields: column ${column}: ${reason}`))
  return specs
}
