import type { ColumnSpec } from '../types/column-spec.ts'
import type { FunctionContext } from './function-context.ts'
import type { Declared } from './same-definition.ts'

export type FunctionArgs = Readonly<Record<string, unknown>>

/** The result type of calls with these constant arguments. */
export type ReturnsFor = (constants: FunctionArgs) => ColumnSpec

/** A declared function, checked and frozen; loosely typed, as the engine calls it. */
export interface DeclaredFunction extends Declared {
  readonly returns: ColumnSpec | ReturnsFor
  readonly run?: (args: FunctionArgs, context: FunctionContext) => unknown
  readonly runBatch?: (rows: readonly FunctionArgs[], context: FunctionContext) => unknown
  /** Present exactly where `runBatch` is. */
  readonly batch?: { readonly size: number }
  readonly thread: boolean
  readonly module?: string
  readonly cheap: boolean
  /** Milliseconds, possibly `Infinity`. */
  readonly timeout: number
  readonly requires: readonly string[]
  /** Tables that it reads by itself. */
  readonly refersTo?: readonly unknown[]
}

/** A function whose result type is known. */
export interface FunctionDefinition extends DeclaredFunction {
  readonly returns: ColumnSpec
}
