import type { Plan } from '../catalog/changes.ts'
import type { From } from '../query/query.ts'
import type { InsertOf, KeyedUpdateOf } from '../schema/row-types.ts'
import type { RowOf } from '../schema/scope.ts'
import type { AnyTable, Writable } from '../schema/table.ts'
import type { AnyExpr } from '../types/expr.ts'
import type { Media } from '../types/media.ts'
import type { Inspector } from './inspector.ts'
import type { Preview } from './preview.ts'
import type {
  ChangesOf,
  Condition,
  LongRunning,
  Rows,
  RowsOut,
  RowWriteOptions,
  WriteOptions,
  Written,
} from './results.ts'

export type Applied = Plan & { readonly version: number }

export interface ApplyOptions extends LongRunning {
  /** Lets changes through that lose stored values. @default false */
  readonly allowDestructive?: boolean
  /** Waits until new computed columns are filled. @default true */
  readonly wait?: boolean
}

/** Reading and writing rows; what an open database and a transaction have in common. */
export interface RowAccess {
  /** Starts a query. */
  readonly from: From<true>

  /**
   * Writes a row or rows with their eager computed cells: all of them under one version, or none. Cells are computed
   * before the transaction opens; what an iterable gives beyond some megabytes waits in a file of the home, so that it
   * need not fit into memory.
   *
   * @throws INVALID_VALUE, UNKNOWN_COLUMN, MISSING_VALUE, DUPLICATE_KEY, CELL_FAILED, MEDIA_…
   */
  insert<T extends AnyTable, L extends readonly unknown[], const R extends boolean = false>(
    table: T & Writable<T>,
    rows: Rows<T, L> | InsertOf<T['~columns']> | AsyncIterable<InsertOf<T['~columns']>>,
    options?: RowWriteOptions & { readonly returnRows?: R },
  ): Promise<Written & (R extends true ? { readonly rows: RowsOut<T, L> } : {})>

  /**
   * Changes the rows that match, every row without `where`, and computes again what depends on the change.
   * Values may be expressions over the row as it was.
   */
  update<T extends AnyTable, const R extends boolean = false>(
    table: T & Writable<T>,
    changes: ChangesOf<T>,
    options?: WriteOptions & { readonly where?: Condition<T>; readonly returnRows?: R },
  ): Promise<Written & (R extends true ? { readonly rows: RowOf<T['~scope']>[] } : {})>

  /** Changes rows one by one, each found by its primary key. */
  batchUpdate<T extends AnyTable, const R extends boolean = false>(
    table: T & Writable<T>,
    rows: readonly KeyedUpdateOf<T['~columns']>[],
    options?: RowWriteOptions & {
      /** What a row without a stored counterpart does. @default 'error' */
      readonly ifMissing?: 'error' | 'ignore' | 'insert'
      readonly returnRows?: R
    },
  ): Promise<Written & (R extends true ? { readonly rows: RowOf<T['~scope']>[] } : {})>

  /** Deletes the rows that match; every row without `where`. */
  delete<T extends AnyTable>(
    table: T & Writable<T>,
    options?: {
      readonly where?: Condition<T>
      readonly signal?: AbortSignal
      readonly label?: string
      readonly actor?: string
    },
  ): Promise<{ readonly count: number; readonly version: number }>
}

export interface TransactionOptions {
  /** Milliseconds until it is rolled back. @default 5000 */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** An open database: applies declarations, writes and reads rows. */
export interface Cellar extends RowAccess, AsyncDisposable {
  readonly mode: 'embedded' | 'server'
  /** The folder that holds the media and, embedded, the database. */
  readonly home: string
  /** Looks into the database by path and text, for tools. */
  readonly inspect: Inspector

  /** What `apply` would change. */
  plan(declarations: readonly unknown[]): Promise<Plan>

  /**
   * Makes the database follow the declarations: tables, and what queries and routers refer to. Definitions change in
   * one transaction; new computed columns are then filled, which another process can resume.
   *
   * @throws SCHEMA_DESTRUCTIVE unless allowed
   */
  apply(declarations: readonly unknown[], options?: ApplyOptions): Promise<Applied>

  /**
   * The rows that an insert would store; nothing is stored.
   *
   * @throws FUNCTION_UNAVAILABLE when this process lacks a function that is needed
   */
  compute<T extends AnyTable>(
    table: T & Writable<T>,
    rows: readonly InsertOf<T['~columns']>[],
    options?: RowWriteOptions,
  ): Promise<{ readonly rows: RowOf<T['~scope']>[]; readonly errors: Written['errors'] }>

  /**
   * What a computed column would hold, before it is added: values, errors and time for some rows, and an estimate for
   * the whole table. Nothing is stored. Rows are computed one by one, so batched functions get batches of one.
   *
   * @throws INVALID_DECLARATION when the expression could not be a computed column of the table
   * @throws INVALID_VALUE unless `rows` is from 1 to 1000
   */
  preview<T extends AnyTable, X extends AnyExpr>(
    table: T,
    expression: (c: T['~scope']) => X,
    options?: {
      /** How many rows, in the order of insertion. @default 5 */
      readonly rows?: number
      /** Which rows. @default all */
      readonly where?: Condition<T>
      readonly signal?: AbortSignal
    },
  ): Promise<Preview<X['~value'], Partial<RowOf<T['~scope']>>>>

  /**
   * Computes every cell of a table that waits: deferred ones, and those of a computed column that `apply` added with
   * `wait: false`. Returns when none is left. Without it they are computed by processes that serve, or were opened with
   * `work: true`.
   *
   * @throws FUNCTION_UNAVAILABLE after everything else is done, when cells need functions that this process lacks
   */
  fill<T extends AnyTable>(
    table: T,
    options?: LongRunning,
  ): Promise<{ /** Rows. */ readonly count: number /** Cells, stored as failed. */; readonly failed: number }>

  /** Computes stored cells again, in place. */
  recompute<T extends AnyTable>(
    table: T,
    columns: readonly (keyof T['~scope'] & string)[],
    options?: WriteOptions & {
      readonly where?: Condition<T>
      /** Only cells that failed; with `onlyStale` those too. */
      readonly onlyErrors?: boolean
      /** Only cells that are stale: their function has a new version, or a table that they looked up was written to. */
      readonly onlyStale?: boolean
    },
  ): Promise<Written>

  /**
   * Several writes, all or nothing: serializable, run again on conflicts, rolled back after 5 s.
   * Functions that are not `cheap` are refused in it, since they would hold the transaction.
   */
  transaction<T>(body: (tx: RowAccess) => Promise<T>, options?: TransactionOptions): Promise<T>

  /** A table by its path, also one that this process did not declare. */
  getTable(path: string): Promise<AnyTable>
  listTables(): Promise<readonly { readonly path: string; readonly rows: number; readonly columns: number }[]>
  /** Deletes a table with its rows and history. */
  drop(table: string | AnyTable): Promise<void>

  /** The stored bytes of a media value. */
  readMedia(media: Media): Promise<Uint8Array>

  /** Waits for what is running and gives everything back. */
  close(): Promise<void>
}
