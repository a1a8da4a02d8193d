import type { ArrayExpr, BoolExpr, Expr, JsonExpr, NumExpr, TextExpr, TimestampExpr, VectorExpr } from './expr.ts'
import type { Lift } from './lift.ts'

type Int = number | Expr<'int', number>
type NumberArray = Expr<'array', readonly (number | null)[], null>
type TextArray = Expr<'array', readonly (string | null)[], null>

export interface ArrayMethods<V, N extends null> {
  /** Counts from 0, negative positions from the end; null outside. */
  at(index: Int): Lift<V>['~null']
  first(): Lift<V>['~null']
  last(): Lift<V>['~null']
  length(): NumExpr<'int', N>
  includes(value: V): BoolExpr<N>
  /** The first position of the value, from 0; -1 where it is not. */
  indexOf(value: V): NumExpr<'int', N>
  /** Negative positions count from the end. */
  slice(start: number | Expr<'int', number, never>, end?: number | Expr<'int', number, never>): ArrayExpr<V, N>
  concat<M extends null = never>(other: readonly V[] | Expr<'array', readonly V[], M>): ArrayExpr<V, N | M>
  reverse(): ArrayExpr<V, N>
  /** Null comes last. */
  sort(direction?: 'asc' | 'desc'): ArrayExpr<V, N>
  /** The first of elements that are equal. */
  distinct(): ArrayExpr<V, N>
  /** The least element; null where there is none. */
  min(): Lift<V>['~null']
  max(): Lift<V>['~null']
  /** Null where there are no numbers, and for ints beyond ±(2^53-1). */
  sum(this: NumberArray): NumExpr<'int' | 'float', null>
  mean(this: NumberArray): NumExpr<'float', null>
  /** The texts with the separator between them; null elements are empty. @default ',' */
  join<M extends null = never>(this: TextArray, separator?: string | Expr<'string', string, M>): TextExpr<N | M>
  /** Elements as HTTP answers write them. */
  toJson(): JsonExpr<V[], N>
}

type Vector<M extends null> = readonly number[] | Float32Array | Expr<'vector', Float32Array, M>

/** Computed in double precision; results that are vectors are rounded to single precision, and null beyond it. */
export interface VectorMethods<N extends null> {
  /** Counts from 0, negative positions from the end; null outside. */
  at(index: Int): NumExpr<'float', null>
  dimensions(): NumExpr<'int', N>
  add(other: Vector<null>): VectorExpr<null>
  sub(other: Vector<null>): VectorExpr<null>
  mul(factor: number | Expr<'int' | 'float', number, null>): VectorExpr<null>
  /** Of length 1; null for the vector of zeros. */
  normalize(): VectorExpr<null>
  dot<M extends null = never>(other: Vector<M>): NumExpr<'float', N | M>
  /** The Euclidean length. */
  norm(): NumExpr<'float', N>
  l2Distance<M extends null = never>(other: Vector<M>): NumExpr<'float', N | M>
  /** From 0 for the same direction to 2 for the opposite one; null for a vector of zeros. */
  cosineDistance(other: Vector<null>): NumExpr<'float', null>
  toJson(): JsonExpr<number[], N>
}

export interface UuidMethods<N extends null> {
  /** 32 hexadecimal digits without dashes. */
  hex(): TextExpr<N>
  /** 0 to 15; null for UUIDs of other variants than that of RFC 9562. */
  version(): NumExpr<'int', null>
  /** When a UUID of version 7 was made; null for others. */
  timestamp(): TimestampExpr<null>
}
