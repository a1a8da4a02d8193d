import type { InsertOf, UpdateOf } from '../schema/row-types.ts'
import type { RowOf } from '../schema/scope.ts'
import type { AnyTable } from '../schema/table.ts'
import type { Progress } from '../store/write-options.ts'
import type { WriteError } from '../store/write-result.ts'
import type { Expr } from '../types/expr.ts'

/** What a write did: rows written, the number of the operation, and the cells and rows that failed. */
export interface Written {
  readonly count: number
  readonly version: number
  readonly errors: WriteError[]
}

/** Only the length of the array is inferred (elements are checked against the table), so `rows[0]` is known to exist. */
export type Rows<T extends AnyTable, L extends readonly unknown[]> = readonly [
  ...{ [I in keyof L]: InsertOf<T['~columns']> },
]
export type RowsOut<T extends AnyTable, L extends readonly unknown[]> = { [I in keyof L]: RowOf<T['~scope']> }

export interface LongRunning {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface WriteOptions extends LongRunning {
  /** What a failing cell does. @default what its column declares */
  readonly onError?: 'abort' | 'store'
  /** A note kept with the version. */
  readonly label?: string
  /** Who writes; kept with the version. */
  readonly actor?: string
}

export interface RowWriteOptions extends WriteOptions {
  /** What an invalid or conflicting row does: fail the write, or be listed in `errors` while the others are written. @default 'abort' */
  readonly onInvalid?: 'abort' | 'skip'
}

export type Condition<T extends AnyTable> = (c: T['~scope']) => Expr<'bool', boolean>

/** Values, or expressions over the row as it was. */
export type Changes<T extends AnyTable> = UpdateOf<T['~columns']>
export type ChangesOf<T extends AnyTable> = Changes<T> | ((c: T['~scope']) => Changes<T>)
