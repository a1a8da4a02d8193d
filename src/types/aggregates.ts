import type { AnyExpr, Expr, OrderTerm } from './expr.ts'

type Order = OrderTerm | AnyExpr

/** The rows that a value is made of. */
export interface WindowOptions {
  /** Rows with equal values of these belong together. @default all rows */
  readonly partitionBy?: AnyExpr | readonly AnyExpr[]
  /** With an order, an aggregate goes up to the current row and its equals, unless `rows` says. */
  readonly orderBy?: Order | readonly Order[]
  /** So many rows before and after the current one; left out, all of them on that side. */
  readonly rows?: { readonly preceding?: number; readonly following?: number }
}

/** A value over a window of rows. */
export interface Over<out E> {
  over(window?: WindowOptions): E
}

/** One value for each group of rows, or with `over` for each row. */
export type Aggregated<E> = E & Over<E>

export interface OrderedOptions {
  readonly orderBy: Order | readonly Order[]
}

/** What can be added up. */
export type Summable = AnyExpr & Expr<'int' | 'float' | 'bigint' | 'decimal'>
