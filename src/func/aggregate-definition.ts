import type { AnyColumn, Columns } from '../types/column.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import type { FunctionArgs } from './function-definition.ts'
import type { RunArgs } from './function-spec.ts'
import type { Declared } from './same-definition.ts'
import {
  argumentSpecs,
  assertDescription,
  assertFunctionName,
  assertVersion,
  refuser,
  resultSpec,
} from './signature.ts'
import { sourceHash } from './source-hash.ts'

/** What `defineAggregate` takes. */
export interface AggregateSpec<A extends Columns, R extends AnyColumn, S> {
  /** Unique among all aggregates of a process. */
  readonly name: string
  /** A new version marks as stale what `lookup` found with older ones. @default '0' */
  readonly version?: string
  /** For who reads the declaration. Arguments have `.comment()`. */
  readonly description?: string
  readonly args: A
  readonly returns: R
  /** The state before the first row. */
  readonly init: () => S
  /** The state with one more row: a new one, or nothing where the given one was changed. Not called for a row with null for a non-nullable argument. */
  readonly update: (state: S, args: RunArgs<A>) => S | undefined
  /**
   * The state of the rows of two states, those of the first one before those of the second one; changes neither. With
   * it a window of some rows before is not folded anew for each row.
   */
  readonly merge?: (first: S, second: S) => S
  /** The result so far; a window asks more than once, so it leaves the state as it is. */
  readonly value: (state: S) => R['~in']
}

/** A declared aggregate, checked and frozen; loosely typed, as queries fold it. */
export interface AggregateDefinition extends Declared {
  readonly returns: ColumnSpec
  readonly init: () => unknown
  readonly update: (state: unknown, args: FunctionArgs) => unknown
  readonly merge?: (first: unknown, second: unknown) => unknown
  readonly value: (state: unknown) => unknown
}

const PARTS = ['init', 'update', 'value'] as const
const OPTIONS: readonly string[] = ['name', 'version', 'description', 'args', 'returns', 'merge', ...PARTS]

/**
 * Checks what `defineAggregate` was given and freezes it.
 *
 * @throws INVALID_NAME when the aggregate or an argument has a name that cannot be used
 * @throws INVALID_DECLARATION when an option is missing or unknown
 */
export function createAggregate<A extends Columns, R extends AnyColumn, S>(
  spec: AggregateSpec<A, R, S>,
): AggregateDefinition {
  const { name, version, description, args, returns, init, update, merge, value } = spec
  assertFunctionName(name)
  const refuse = refuser(`aggregate ${name}`)
  const unknown = Object.keys(spec).find((key) => !OPTIONS.includes(key))
  if (unknown !== undefined) throw refuse(`there is no option ${unknown}`)
  for (const part of PARTS) if (typeof spec[part] !== 'function') throw refuse(`${part} has to be a function`)
  if (merge !== undefined && typeof merge !== 'function') throw refuse('merge has to be a function')
  assertVersion(version, refuse)
  assertDescription(description, refuse)
  const result = resultSpec(returns, refuse)
  if (result.type.media) throw refuse('returns cannot be a media type; a function can make media of the result')
  return Object.freeze({
    name,
    version: version ?? '0',
    ...(description === undefined ? {} : { description }),
    args: argumentSpecs(name, args, refuse),
    returns: result,
    init,
    update: update as AggregateDefinition['update'],
    ...(merge ? { merge: merge as AggregateDefinition['merge'] & {} } : {}),
    value: value as AggregateDefinition['value'],
    sourceHash: sourceHash(String(init), String(update), String(merge ?? ''), String(value)),
  })
}
