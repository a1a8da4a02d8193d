import type { AnyExpr, Expr } from './expr.ts'
import type { Generator } from './generators.ts'

/** The facts that the type system needs about a column beside its expression type. */
export interface AnyColumn {
  readonly '~expr': AnyExpr
  /** What `insert` takes. */
  readonly '~in': unknown
  /** What a JSON body takes. */
  readonly '~wireIn': unknown
  /** May be left out. */
  readonly '~optional': boolean
  readonly '~key': boolean
  readonly '~upload': boolean
}

export type Columns = Record<string, AnyColumn>

/** A value that the column takes, a generator of values, or an expression. */
type Default<X extends AnyExpr, I> = I | Generator<X['~value']> | Expr<X['~kind'], X['~plain'], X['~nulls']>

/**
 * A column, parameter or argument; immutable, each method gives a new one.
 *
 * `X` expression, `I` insert value, `W` wire value, `O` may be left out, `K` primary key, `U` may be uploaded.
 */
export interface Column<
  out X extends AnyExpr,
  out I,
  out W,
  out O extends boolean,
  out K extends boolean,
  out U extends boolean,
> {
  readonly '~expr': X
  readonly '~in': I
  readonly '~wireIn': W
  readonly '~optional': O
  readonly '~key': K
  readonly '~upload': U
  /** Null becomes a value, and what a row has when nothing is given. */
  nullable(): Column<X['~null'], I | null, W | null, true, K, U>
  /** What a row has when nothing is given. */
  default(value: Default<X, I>): Column<X, I, W, true, K, U>
  comment(text: string): Column<X, I, W, O, K, U>
}

/** A column whose values can be told apart by the database: it may be unique and refer to another table. */
export interface ScalarColumn<out X extends AnyExpr, out I, out W, out O extends boolean, out K extends boolean>
  extends Column<X, I, W, O, K, false> {
  nullable(): ScalarColumn<X['~null'], I | null, W | null, true, K>
  default(value: Default<X, I>): ScalarColumn<X, I, W, true, K>
  comment(text: string): ScalarColumn<X, I, W, O, K>
  /** No two rows have the same value; nulls do not count. */
  unique(): ScalarColumn<X, I, W, O, K>
  /** Every value is one of a unique column, named as in `'nodes.id'`. */
  references(target: string): ScalarColumn<X, I, W, O, K>
}

/** A scalar column that can be part of the primary key. */
export interface KeyColumn<out X extends AnyExpr, out I, out W, out O extends boolean, out K extends boolean>
  extends ScalarColumn<X, I, W, O, K> {
  default(value: Default<X, I>): KeyColumn<X, I, W, true, K>
  comment(text: string): KeyColumn<X, I, W, O, K>
  /** Several columns marked so make one composite key, in the order of declaration. */
  primaryKey(): KeyColumn<X, I, W, O, true>
  unique(): KeyColumn<X, I, W, O, K>
  references(target: string): KeyColumn<X, I, W, O, K>
}
