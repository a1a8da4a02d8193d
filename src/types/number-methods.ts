import type { Expr, NumExpr } from './expr.ts'

/** Ints and floats mix in arithmetic and comparisons. */
export type NumberKind = 'int' | 'float'

/** Operations of ints are ints, operations with floats are floats. */
export interface ArithmeticMethods<K extends NumberKind, N extends null> {
  /** The sum. */
  add<J extends NumberKind = never, M extends null = never>(other: number | Expr<J, number, M>): NumExpr<K | J, N | M>
  /** The difference. */
  sub<J extends NumberKind = never, M extends null = never>(other: number | Expr<J, number, M>): NumExpr<K | J, N | M>
  /** The product. */
  mul<J extends NumberKind = never, M extends null = never>(other: number | Expr<J, number, M>): NumExpr<K | J, N | M>
  /** The quotient, a float; null for division by 0. */
  div<M extends null = never>(other: number | Expr<NumberKind, number, M>): NumExpr<'float', N | M>
  /** The remainder, with the sign of the dividend; null for division by 0. */
  mod<J extends NumberKind = never, M extends null = never>(other: number | Expr<J, number, M>): NumExpr<K | J, N | M>
  /** The number with the other sign. */
  neg(): NumExpr<K, N>
  /** The number without its sign. */
  abs(): NumExpr<K, N>
  /** Halves go up, as with `Math.round`; negative digits round to tens. */
  round(digits?: number): NumExpr<K, N>
  /** Rounded down; null beyond ±(2^53-1). */
  floor(): NumExpr<'int', N>
  /** Rounded up; null beyond ±(2^53-1). */
  ceil(): NumExpr<'int', N>
  /** The square root; null of a negative number. */
  sqrt(): NumExpr<'float', N>
  /** To the power of the exponent; null for 0 to a negative power. */
  pow<M extends null = never>(exponent: number | Expr<NumberKind, number, M>): NumExpr<'float', N | M>
  /** Rounded towards zero; null beyond ±(2^53-1). */
  toInt(): NumExpr<'int', N>
  /** The same number as a float. */
  toFloat(): NumExpr<'float', N>
}

/** Angles are radians. Where there is no answer (the logarithm of 0, the arc sine of 2) the value is null. */
export interface MathMethods<K extends NumberKind, N extends null> {
  /** e to the power of the value. */
  exp(): NumExpr<'float', N>
  /** The natural logarithm. */
  log(): NumExpr<'float', null>
  /** The logarithm to base 2. */
  log2(): NumExpr<'float', null>
  /** The logarithm to base 10. */
  log10(): NumExpr<'float', null>
  /** The sine. */
  sin(): NumExpr<'float', null>
  /** The cosine. */
  cos(): NumExpr<'float', null>
  /** The tangent. */
  tan(): NumExpr<'float', null>
  /** The arc sine. */
  asin(): NumExpr<'float', null>
  /** The arc cosine. */
  acos(): NumExpr<'float', null>
  /** The arc tangent. */
  atan(): NumExpr<'float', N>
  /** -1, 0 or 1. */
  sign(): NumExpr<K, N>
  /** The nearest value of the range, whose bounds belong to it; `high` where the bounds are crossed. */
  clamp<J extends NumberKind = never, M extends null = never>(
    low: number | Expr<J, number, M>,
    high: number | Expr<J, number, M>,
  ): NumExpr<K | J, N | M>
  /** The quotient rounded down. */
  floorDiv<J extends NumberKind = never, M extends null = never>(
    other: number | Expr<J, number, M>,
  ): NumExpr<K | J, N | M>
  /** The bits that both have; negative ints are in two's complement. */
  bitAnd<M extends null = never>(this: Expr<'int'>, other: number | Expr<'int', number, M>): NumExpr<'int', N | M>
  /** The bits that either has. */
  bitOr<M extends null = never>(this: Expr<'int'>, other: number | Expr<'int', number, M>): NumExpr<'int', N | M>
  /** The bits that one of both has. */
  bitXor<M extends null = never>(this: Expr<'int'>, other: number | Expr<'int', number, M>): NumExpr<'int', N | M>
}
