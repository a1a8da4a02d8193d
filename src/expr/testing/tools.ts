import type fc from 'fast-check'
import type { NODE } from '../expression.ts'
import type { ExprNode } from '../node.ts'
import type { SampleKind } from './values.ts'

/** Builders without their types: what a generator needs to call methods by name. */
export interface Loose {
  readonly [NODE]: ExprNode
  // biome-ignore lint/suspicious/noExplicitAny: methods are chosen at random, by kind
  readonly [method: string]: any
}

export type Draw = fc.GeneratorValue
export type Make = (draw: Draw, depth: number) => Loose

/** What the generators of single areas are made with. */
export interface Tools {
  /** An expression of a kind. */
  expression(draw: Draw, kind: SampleKind, depth: number): Loose
  /** A value or an expression of a kind. */
  operand(draw: Draw, kind: SampleKind, depth: number): unknown
  pick<T>(draw: Draw, values: readonly T[]): T
}
