import type { Columns } from '../types/column.ts'
import type { AnyExpr, CellInfo } from '../types/expr.ts'
import type { Refused } from './refused.ts'
import type { TableSchemasOf } from './row-schema-types.ts'
import type { ScopeOf } from './scope.ts'

/** What functions that take a table ask for: phantoms only, never the methods. */
export interface AnyTable {
  readonly '~name': string
  readonly '~columns': Columns
  readonly '~scope': object
}

export interface ComputeOptions {
  /** `eager` cells are done before a write is acknowledged; `deferred` ones are filled in by workers. @default 'eager' */
  readonly mode?: 'eager' | 'deferred'
  /** Whether a failing cell fails its row or is stored as a failed cell. @default 'abort' */
  readonly onError?: 'abort' | 'store'
}

/** A column of a table, by reference. Optional, so that a callback may say that it takes `typeof photos.c`. */
export interface ColumnOf<out T extends string, out K> {
  readonly '~columnOf'?: T
  readonly '~columnName'?: K
}

/** Columns that also know their names. */
export type Named<T extends string, S> = { readonly [K in keyof S]: S[K] & ColumnOf<T, K> }

/** Null where a cell may fail or wait. */
export type Computed<E extends AnyExpr, O extends ComputeOptions> = O extends { readonly mode: 'deferred' }
  ? E['~null']
  : O extends { readonly onError: 'store' }
    ? E['~null']
    : E

/** Refuses reserved names inside the record of columns. */
export type Reserved<C> = {
  readonly [K in keyof C]: K extends `_${string}` ? Refused<`column names starting with _ are reserved: ${K}`> : C[K]
}

type Fresh<S, K extends string> = K extends `_${string}`
  ? Refused<`column names starting with _ are reserved: ${K}`>
  : K extends keyof S
    ? Refused<`column ${K} is already declared`>
    : unknown

/**
 * A declared table: a frozen value without a database.
 *
 * `X` is what computed columns added. The methods infer `N`, `C`, `X` from `this`, so that a link costs what it
 * adds and not what came before.
 */
export interface Table<out Name extends string, out C extends Columns, out X> extends AnyTable {
  readonly '~name': Name
  readonly '~columns': C
  readonly '~scope': ScopeOf<C> & X & object
  /** The columns, for use outside a callback, and by name wherever names are taken. */
  readonly c: Named<Name, ScopeOf<C> & X>
  /** What rows are over the wire, as Standard Schema and JSON Schema. */
  readonly schemas: TableSchemasOf<C, ScopeOf<C> & X>
  /**
   * Gives the table with one more column, computed from the columns before it.
   *
   * @throws INVALID_NAME when the name cannot be a column's
   * @throws INVALID_DECLARATION when the column exists or the expression cannot be stored
   */
  computed<
    N extends string,
    C extends Columns,
    X,
    K extends string,
    E extends AnyExpr,
    const O extends ComputeOptions = ComputeOptions,
  >(
    this: Table<N, C, X>,
    name: K & Fresh<ScopeOf<C> & X, K>,
    value: (c: ScopeOf<C> & X) => E,
    options?: O,
  ): Table<N, C, X & { readonly [P in K]: Computed<E, O> & CellInfo }>
}

export interface TableOptions {
  /** How long replaced and deleted rows are kept: a time like `'30d'`, for ever, or not at all. @default { keep: '30d' } */
  readonly history?: boolean | { readonly keep: string }
  readonly comment?: string
}

/** A view has no columns of its own to fill; without this, `{}` would accept any row. */
export type Writable<T extends AnyTable> = [keyof T['~columns']] extends [never]
  ? Refused<'a view takes no rows; insert into its base table'>
  : unknown
