import type { Row } from '../schema/row-codec.ts'

/** A failed cell, or with `onInvalid: 'skip'` a row that was not written. */
export interface WriteError {
  /** Position in the input; for writes that name rows by a condition, position among the rows that matched. */
  readonly index: number
  readonly column?: string
  readonly code: string
  readonly message: string
  readonly retryable: boolean
}

/** What a write did. */
export interface WriteResult {
  /** Rows written. */
  readonly count: number
  /** The number of this operation in `cellar.versions`; 0 when no row was written, and for cells changed in place. */
  readonly version: number
  /** The rows as stored, in the order of the input; empty without `returnRows`. */
  readonly rows: Row[]
  readonly errors: WriteError[]
}

export interface DeleteResult {
  readonly count: number
  readonly version: number
}

export interface ComputeResult {
  readonly rows: Row[]
  readonly errors: WriteError[]
}
