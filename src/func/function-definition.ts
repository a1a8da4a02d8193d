import type { ColumnSpec } from '../types/column-spec.ts'
import type { FunctionContext } from './function-context.ts'

export type FunctionArgs = Readonly<Record<string, unknown>>

/** The result type of calls with these constant arguments. */
export type ReturnsFor = (constants: FunctionArgs) => ColumnSpec

/** A declared function, checked and frozen; loosely typed, as the engine calls it. */
export interface DeclaredFunction {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly args: Readonly<Record<string, ColumnSpec>>
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
  /** Changes when the code does, not when comments or white space do. */
  readonly sourceHash: string
}

/** A function whose result type is known. */
export interface FunctionDefinition extends DeclaredFunction {
  readonly returns: ColumnSpec
}

/** What identifies a function wherever its code is not at hand. */
export interface FunctionId {
  readonly name: string
  readonly version: string
}
