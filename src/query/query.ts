import type { QuerySchemasOf } from '../schema/row-schema-types.ts'
import type { RowOf } from '../schema/scope.ts'
import type { Columns } from '../types/column.ts'
import type { AnyExpr, Expr, OrderTerm, Scope } from '../types/expr.ts'

type Condition = Expr<'bool', boolean>
type Order = OrderTerm | AnyExpr
type Count = number | Expr<'int' | 'float', number>

/** A table or a query: what has columns. */
interface Readable {
  readonly '~scope': unknown
}

/** A query as an operand of a set operation: only its columns matter. */
interface Rows<out R> {
  readonly '~result': R
}

interface AnyRows<out R, out B extends boolean> extends Rows<R> {
  readonly '~bound': B
}

/** A query of an open database. */
type BoundRows<R> = AnyRows<R, true>

/** A query of a definition: it belongs to no database. */
export type UnboundRows<R> = AnyRows<R, false>

export interface RunOptions {
  readonly signal?: AbortSignal
}

export interface PageOptions extends RunOptions {
  /** What the page before gave as `next`; left out for the first page. */
  readonly after?: string | null
  /** Rows at most, 1 to 10,000. @default 100 */
  readonly limit?: number
}

/** Some rows, and the cursor to those after them: null where there are none. */
export interface Page<R> {
  readonly rows: R[]
  readonly next: string | null
}

/** A part of the work of a query. */
export type ExplainedStep =
  | {
      readonly runs: 'sql'
      readonly text: string
      readonly estimatedRows: number
      readonly rows: number
      readonly milliseconds: number
      /** As Postgres gives it in JSON. */
      readonly plan: object
    }
  | {
      readonly runs: 'javascript'
      /** The expressions, for people to read. */
      readonly text: string
      readonly rows: number
      readonly milliseconds: number
    }

/** What was done for a query, in the order in which it began. */
export interface Explanation {
  readonly rows: number
  readonly milliseconds: number
  readonly steps: readonly ExplainedStep[]
}

type JoinType = 'inner' | 'left' | 'right' | 'full' | 'cross'

type NullScope<S> = { readonly [K in keyof S]: S[K] extends { readonly '~null': infer X } ? X : never }
type NullScopes<S extends readonly unknown[]> = { [I in keyof S]: NullScope<S[I]> }
/** What is on the left can be missing in a right or full join; what is on the right in a left or full one. */
type OnLeft<T, J> = J extends 'right' | 'full' ? NullScope<T> : T
type AllOnLeft<S extends readonly unknown[], J> = J extends 'right' | 'full' ? NullScopes<S> : S
type OnRight<T, J> = J extends 'left' | 'full' ? NullScope<T> : T

/** How many rows a sample has: exactly one of `n` and `fraction`. */
export interface SampleOptions<H = never, M extends readonly unknown[] = readonly never[]> {
  /** So many rows, or so many of each group. */
  readonly n?: number
  /** Such a part of the rows, from 0 to 1, or of each group; rounded up. */
  readonly fraction?: number
  /** Rows with equal values of these are a group. */
  readonly perGroup?: (c: H, ...more: M) => AnyExpr | readonly AnyExpr[]
  /** The same seed gives the same sample of the same rows. @default 0 */
  readonly seed?: number
}

/**
 * The methods of a query that do not depend on its sources. They infer what they need from `this`, so that a query
 * inherits them as they are: its own methods are made anew for each type of query.
 */
interface AnyQuery {
  /** Keeps one of rows that are equal in all selected columns. */
  distinct<Q>(this: Q): Q
  limit<Q>(this: Q, count: Count): Q
  offset<Q>(this: Q, count: Count): Q
  /** The rows that are in either, each once. Both have the same columns; so for the following. */
  union<R, B extends boolean>(this: AnyRows<R, B>, other: Rows<R>): Query<R, [], R, B>
  /** The rows of both, equal ones as often as they are there. */
  unionAll<R, B extends boolean>(this: AnyRows<R, B>, other: Rows<R>): Query<R, [], R, B>
  /** The rows that are not in the other, each once. */
  except<R, B extends boolean>(this: AnyRows<R, B>, other: Rows<R>): Query<R, [], R, B>
  /** The rows that are in both, each once. */
  intersect<R, B extends boolean>(this: AnyRows<R, B>, other: Rows<R>): Query<R, [], R, B>
  collect<R>(this: BoundRows<R>, options?: RunOptions): Promise<RowOf<R>[]>
  first<R>(this: BoundRows<R>, options?: RunOptions): Promise<RowOf<R> | undefined>
  /** The number of rows that `collect` would give. */
  count(this: BoundRows<unknown>, options?: RunOptions): Promise<number>
  /** Rows one by one, read through a cursor: memory stays bounded. */
  stream<R>(this: BoundRows<R>, options?: RunOptions): AsyncIterable<RowOf<R>>
  /**
   * One page of the rows, in the order of the query and then by what tells them apart. Rows that are written meanwhile
   * make none be skipped or come twice. A limit of the query holds for all pages together, an offset before the first.
   *
   * @throws INVALID_QUERY for rows that nothing tells apart, as distinct rows of JSON
   * @throws INVALID_CURSOR when `after` is not from a page of this query
   * @throws CURSOR_OUTDATED when the definition of a table changed in between
   */
  page<R>(this: BoundRows<R>, options?: PageOptions): Promise<Page<RowOf<R>>>
  /** Runs the query and says what ran in Postgres and what in JavaScript, with estimated and real rows and times. */
  explain(this: BoundRows<unknown>, options?: RunOptions): Promise<Explanation>
  /** The rows of a table that were inserted first, oldest first. */
  head<R>(this: BoundRows<R>, count?: number, options?: RunOptions): Promise<RowOf<R>[]>
  /** The rows of a table that were inserted last, newest last. */
  tail<R>(this: BoundRows<R>, count?: number, options?: RunOptions): Promise<RowOf<R>[]>
}

/**
 * Rows to read: an immutable value; each method gives a new one.
 *
 * What it means does not depend on the order of the calls: from, join, where, group, having, window, select, distinct,
 * sample, order, limit. What a callback can name does: one argument for each table before `select`, the selected
 * columns after it, the group keys besides the first table after `groupBy`. To filter after a limit, use the query as
 * a source: `from(query)`.
 *
 * `H`: scope of the first source, and of group keys. `M`: scopes of the joined ones. `R`: scope of the result. `B`: bound to an open database.
 */
export interface Query<H, M extends readonly unknown[], R, B extends boolean> extends AnyQuery {
  /** What `in` takes. A member, not a base: members are looked at only where they are needed. */
  readonly '~column': R[keyof R] extends { readonly '~value': infer V } ? V : never
  readonly '~result': R
  readonly '~bound': B
  readonly '~scope': R
  /**
   * Adds the rows of another table or query that fit. Where an outer join finds none, its columns are null. A row of
   * the result still consists of the first table's columns until `select` says otherwise.
   */
  join<T extends Readable, const J extends JoinType = 'inner'>(
    table: T,
    on: (c: H, ...more: [...M, T['~scope']]) => Condition | true,
    options?: { readonly type?: J },
  ): Query<OnLeft<H, J>, [...AllOnLeft<M, J>, OnRight<T['~scope'], J>], OnLeft<R, J>, B>
  /** Keeps the rows for which the condition is true; a second `where` narrows further. */
  where(condition: (c: H, ...more: M) => Condition): Query<H, M, R, B>
  /** Makes one row of all rows with equal keys; what is selected are keys and aggregates. Before `select`. */
  groupBy<G extends Scope>(keys: (c: H, ...more: M) => G): Query<H & G, M, G, B>
  /** Keeps the groups for which the condition is true; a second `having` narrows further. */
  having(condition: (c: H, ...more: M) => Condition): Query<H, M, R, B>
  /** Says what a row consists of; from here on callbacks get the selected columns. */
  select<Sel extends Scope>(columns: (c: H, ...more: M) => Sel): Query<Sel, [], Sel, B>
  /** Keeps some rows at random, always the same ones for the same seed. */
  sample(options: SampleOptions<H, M>): Query<H, M, R, B>
  /** Orders by one term or several. Nulls come last ascending, first descending, unless the term says. */
  orderBy(order: (c: H, ...more: M) => Order | readonly Order[]): Query<H, M, R, B>
}

export type From<B extends boolean> = <T extends Readable>(table: T) => Query<T['~scope'], [], T['~scope'], B>

export type Params<P extends Columns> = { readonly [K in keyof P]: P[K]['~expr'] }

/** A named query with parameters, for routes and reuse. */
export interface QueryDefinition<out P extends Columns, out R> {
  readonly '~params': P
  readonly '~result': R
  /** What its parameters and rows are over the wire, as Standard Schema and JSON Schema. */
  readonly schemas: QuerySchemasOf<P, R>
}
