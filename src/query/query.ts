import type { RowOf } from '../schema/scope.ts'
import type { Columns } from '../types/column.ts'
import type { AnyExpr, Expr, OrderTerm, Scope, SubQuery } from '../types/expr.ts'

interface Bound {
  readonly '~bound': true
}
type Condition = Expr<'bool', boolean>
type Order = OrderTerm | AnyExpr
type Count = number | Expr<'int' | 'float', number>

export interface RunOptions {
  readonly signal?: AbortSignal
}

/**
 * Rows to read: an immutable value; each method gives a new one.
 *
 * What it means does not depend on the order of the calls: from, where, select, order, limit. What a callback can name
 * does: the table's columns before `select`, the selected ones after it.
 *
 * `S`: one scope per table. `R`: scope of the result. `B`: bound to an open database.
 */
export interface Query<S extends readonly unknown[], R, B extends boolean>
  extends SubQuery<R[keyof R] extends { readonly '~value': infer V } ? V : never> {
  readonly '~result': R
  readonly '~bound': B
  readonly '~scope': R & object
  /** Keeps the rows for which the condition is true; a second `where` narrows further. */
  where(condition: (...c: S) => Condition): Query<S, R, B>
  /** Orders by one term or several. Nulls come last ascending, first descending, unless the term says. */
  orderBy(order: (...c: S) => Order | readonly Order[]): Query<S, R, B>
  limit(count: Count): Query<S, R, B>
  offset(count: Count): Query<S, R, B>
  /** Says what a row consists of; from here on callbacks get the selected columns. */
  select<Sel extends Scope>(columns: (...c: S) => Sel): Query<[Sel], Sel, B>
  collect(this: Bound, options?: RunOptions): Promise<RowOf<R>[]>
  first(this: Bound, options?: RunOptions): Promise<RowOf<R> | undefined>
  /** The number of rows that `collect` would give. */
  count(this: Bound, options?: RunOptions): Promise<number>
  /** Rows one by one, read through a cursor: memory stays bounded unless the order has to be made in JavaScript. */
  stream(this: Bound, options?: RunOptions): AsyncIterable<RowOf<R>>
}

export type From<B extends boolean> = <T extends { readonly '~scope': object }>(
  table: T,
) => Query<[T['~scope']], T['~scope'], B>

export type Params<P extends Columns> = { readonly [K in keyof P]: P[K]['~expr'] }

/** A named query with parameters, for routes and reuse. */
export interface QueryDefinition<out P extends Columns, out R> {
  readonly '~params': P
  readonly '~result': R
}
