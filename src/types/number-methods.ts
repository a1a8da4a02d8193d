import type { Expr, NumExpr } from './expr.ts'

/** Ints and floats mix in arithmetic and comparisons. */
export type NumberKind = 'int' | 'float'

/** Angles are radians. Where there is no answer (the logarithm of 0, the arc sine of 2) the value is null. */
export interface MathMethods<K extends NumberKind, N extends null> {
  /** e to the power of the value. */
  exp(): NumExpr<'float', N>
  /** The natural logarithm. */
  log(): NumExpr<'float', null>
  log2(): NumExpr<'float', null>
  log10(): NumExpr<'float', null>
  sin(): NumExpr<'float', null>
  cos(): NumExpr<'float', null>
  tan(): NumExpr<'float', null>
  asin(): NumExpr<'float', null>
  acos(): NumExpr<'float', null>
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
  /** Bits of ints, negative ones in two's complement; refused for floats. */
  bitAnd<M extends null = never>(other: number | Expr<'int', number, M>): NumExpr<'int', N | M>
  bitOr<M extends null = never>(other: number | Expr<'int', number, M>): NumExpr<'int', N | M>
  bitXor<M extends null = never>(other: number | Expr<'int', number, M>): NumExpr<'int', N | M>
}
