import type { AnyExpr, BigIntExpr, BoolExpr, JsonExpr, NumExpr, TextExpr, TimestampExpr } from './expr.ts'

type NullOf<V> = Extract<V, null>

/** A value or an expression → the expression it is. Not distributive: a union of literals is one kind. */
export type Lift<V> = [V] extends [AnyExpr]
  ? V
  : [V] extends [string | null]
    ? TextExpr<NullOf<V>>
    : [V] extends [number | null]
      ? NumExpr<'int' | 'float', NullOf<V>>
      : [V] extends [boolean | null]
        ? BoolExpr<NullOf<V>>
        : [V] extends [bigint | null]
          ? BigIntExpr<NullOf<V>>
          : [V] extends [Date | null]
            ? TimestampExpr<NullOf<V>>
            : JsonExpr<Exclude<V, null>, NullOf<V>>

/** Values that can stand in place of an expression. */
export type Literal = string | number | boolean | bigint | Date | null

type Unlift<V> = V extends AnyExpr ? V['~value'] : V

/** The expression that a choice among `V` gives: nullable when one of them is. */
export type CaseResult<V> = [Extract<V, AnyExpr>] extends [never]
  ? Lift<V>
  : null extends Unlift<V>
    ? Extract<V, AnyExpr>['~null']
    : Extract<V, AnyExpr>['~some']
