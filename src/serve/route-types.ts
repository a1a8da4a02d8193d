import type { Refused } from '../schema/refused.ts'
import type { KeyOf, NeededKey } from '../schema/row-types.ts'
import type { Flat } from '../schema/scope.ts'
import type { AnyTable } from '../schema/table.ts'
import type { Columns } from '../types/column.ts'
import type { Upload } from '../types/media-input.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** `Many` is the answer to a list of inputs; `never` where the route takes one only. */
export interface Route<out In, out Out, out Many = unknown> {
  readonly input: In
  readonly output: Out
  readonly many: Many
}

/** A row of a list that was not written, or a cell of it that failed. */
export interface RowError {
  /** Position in the request. */
  readonly index: number
  readonly column?: string
  readonly code: string
  readonly message: string
  readonly retryable: boolean
}

/** The answer to a list of rows. */
export interface BatchReply<out R> {
  /** Rows written or computed. */
  count: number
  /** Their outputs, in the order of the request. */
  rows: R[]
  errors: RowError[]
}

/**
 * Path → method → route. An intersection of such records merges, so two methods on one path do not clash; adding
 * a route costs one small record, whatever was added before.
 */
export type Added<P extends string, M extends string, In, Out, Many = never> = {
  readonly [K in P]: { readonly [L in M]: Route<In, Out, Many> }
}

/** The answer of a background route. */
export interface JobHandle<out R> {
  readonly id: string
  readonly job_url: string
  readonly '~result': R
}

export type Result<R, B, F> = B extends true ? JobHandle<R> : F extends true ? Blob : R

/** A list is answered with one body, whatever becomes of its rows; a file is the answer for one. */
export type Several<R, B, F> = F extends true ? never : B extends true ? JobHandle<BatchReply<R>> : BatchReply<R>

/** `J` JSON inputs, `U` uploads, `D` inputs that the route has defaults for. */
export type InputOf<C extends Columns, J extends keyof C, U extends keyof C, D = never> = Flat<
  { [K in J as C[K]['~optional'] extends true ? never : K extends D ? never : K]: C[K]['~wireIn'] } & {
    [K in J as C[K]['~optional'] extends true ? K : K extends D ? K : never]?: C[K]['~wireIn'] | undefined
  } & { [K in U as C[K]['~optional'] extends true ? never : K]: Upload } & {
    [K in U as C[K]['~optional'] extends true ? K : never]?: Upload | null | undefined
  }
>

/** An update names its row by the primary key; everything else may be left out. */
export type UpdateInput<C extends Columns, J extends keyof C, U extends keyof C> = Flat<
  { [K in KeyOf<C>]: C[K]['~wireIn'] } & { [K in Exclude<J, KeyOf<C> | U>]?: C[K]['~wireIn'] | undefined } & {
    [K in U]?: Upload | undefined
  }
>

/** What an insert needs, and the whole primary key, unless the server sets it. */
export type UpsertInput<C extends Columns, J extends keyof C, U extends keyof C, S> = Flat<
  { [K in Exclude<KeyOf<C>, S>]: C[K]['~wireIn'] } & InputOf<C, Exclude<J, KeyOf<C>>, U>
>

export type MatchInput<C extends Columns, K extends keyof C> = { [N in K]: C[N]['~wireIn'] }

/** The named members of a scope as they go over the wire. */
export type Outputs<S, O extends keyof S> = Flat<{
  -readonly [K in O]: S[K] extends { readonly '~wire': infer W } ? W : never
}>

/** What a failing cell does: fails the request, or is stored and answered as null. `caller` lets requests choose. */
export type OnError = 'abort' | 'store' | 'caller'

/** The outputs of a row of a table; computed ones are null where their cell may be stored as failed. */
export type RowOutputs<T extends AnyTable, O extends keyof T['~scope'], X> = [X] extends ['abort']
  ? Outputs<T['~scope'], O>
  : Flat<
      Outputs<T['~scope'], O & keyof T['~columns']> & Nullable<Outputs<T['~scope'], Exclude<O, keyof T['~columns']>>>
    >

type Nullable<R> = { [K in keyof R]: R[K] | null }

export type QueryReply<R, O extends keyof R, One> = One extends true
  ? Outputs<R, O>
  : { rows: Outputs<R, O>[]; next: string | null }

/** What a handler of a query route gets and gives: where the next page begins is not its business. */
export type QueryResult<R, O extends keyof R, One> = One extends true ? Outputs<R, O> : { rows: Outputs<R, O>[] }

/** The words of paging, as far as the query does not declare them itself. */
export interface PageInput {
  /** Rows of a page, 1 to 1,000. @default 100 */
  limit?: number | undefined
  /** What the page before gave as `next`. */
  after?: string | null | undefined
}

/** `P` parameters, `In` the input made of them. */
export type QueryInput<P, In, One, F> = true extends One | F ? In : Flat<In & Omit<PageInput, keyof P>>

/** Required columns that the route could never fill are named in the error. */
export type Complete<C extends Columns, Given> = [Exclude<NeededKey<C>, Given>] extends [never]
  ? unknown
  : { inputs: Refused<`required column '${Exclude<NeededKey<C>, Given>}' is in neither inputs nor uploadInputs`> }

/** The routes of a router or client, flat: path → { method, input, output }, a union where a path has several methods. */
export type RoutesOf<A extends { readonly '~routes': unknown }> = {
  [P in keyof A['~routes']]: {
    [M in keyof A['~routes'][P]]: A['~routes'][P][M] extends Route<infer I, infer O, unknown>
      ? { method: M; input: I; output: O }
      : never
  }[keyof A['~routes'][P]]
}

export type TableRouteName = 'list' | 'get' | 'insert' | 'update' | 'delete'

/** Kinds of values that a list can be filtered and sorted by. */
type ListKind = 'string' | 'int' | 'bigint' | 'float' | 'decimal' | 'bool' | 'timestamp' | 'date' | 'uuid'
type KindOf<X> = X extends { readonly '~kind': infer K } ? K : never
type Listed<S, F> = { [K in F & keyof S & string]: KindOf<S[K]> extends ListKind ? K : never }[F & keyof S & string]
type Texts<S, F> = { [K in F & keyof S & string]: KindOf<S[K]> extends 'string' ? K : never }[F & keyof S & string]
type Sent<X> = X extends { readonly '~wire': infer W } ? NonNullable<W> : never
type Comparison = 'ne' | 'lt' | 'lte' | 'gt' | 'gte'
type ColumnOf<N> = N extends `${infer K}.${string}` ? K : N

/** What a list takes in its query string: conditions by column, order and page. `F` columns to filter by. */
export type ListInput<S, F> = {
  [N in Listed<S, F> | `${Listed<S, F>}.${Comparison}` | `${Texts<S, F>}.${'contains' | 'startsWith'}`]?:
    | Sent<S[ColumnOf<N> & keyof S]>
    | undefined
} & { [N in Listed<S, F> as `${N}.in`]?: readonly Sent<S[N & keyof S]>[] | undefined } & {
  [N in Listed<S, F> as `${N}.null`]?: boolean | undefined
} & PageInput & {
    /** Columns joined by commas, with `-` before those that go down. */
    sort?: string | undefined
  }

type SinglePath<K extends string, All = K> = K extends unknown ? ([All] extends [K] ? `/:${K}` : never) : never
/** Where rows lie below the path of their table; for a composite key only known where the path is given. */
export type KeyPath<C extends Columns> = SinglePath<KeyOf<C>>

/** `N` the routes there are, `K` the path of the key; `W` inputs of inserts, `V` inputs of updates. */
export type TableRoutes<
  P extends string,
  K extends string,
  N,
  S,
  O extends keyof S,
  F,
  C extends Columns,
  W,
  V,
> = ('list' extends N ? Added<P, 'get', ListInput<S, F>, QueryReply<S, O, false>> : unknown) &
  ('insert' extends N ? Added<P, 'post', W, Outputs<S, O>, BatchReply<Outputs<S, O>>> : unknown) &
  ('get' extends N ? Added<`${P}${K}`, 'get', MatchInput<C, KeyOf<C>>, Outputs<S, O>> : unknown) &
  ('update' extends N ? Added<`${P}${K}`, 'patch', V, Outputs<S, O>> : unknown) &
  ('delete' extends N ? Added<`${P}${K}`, 'delete', MatchInput<C, KeyOf<C>>, { num_rows: number }> : unknown)
