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

/** Makes an expression whose operands have at most that depth. */
export type Make = (draw: Draw, depth: number) => Loose

/** What the generators of single kinds are made of. */
export interface Makers {
  pick<T>(draw: Draw, values: readonly T[]): T
  /** An expression of a kind: a column, or an operation over smaller ones. */
  expression(draw: Draw, kind: SampleKind, depth: number): Loose
  /** A value or an expression, as methods take them. */
  operand(draw: Draw, kind: SampleKind, depth: number): unknown
  /** A method of a kind, with operands of the given kinds. */
  method(kind: SampleKind, names: readonly string[], ...operands: readonly SampleKind[]): Make
}

export type MakersByKind = Partial<Readonly<Record<SampleKind, readonly Make[]>>>
