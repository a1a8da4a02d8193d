/** A cell that has no value because its function, or a cell it is computed from, failed. */
export interface CellFailure {
  /** Position of the row in the operation. */
  readonly index: number
  readonly column: string
  readonly code: string
  readonly message: string
  /** True where the same call may succeed later without a change. */
  readonly retryable: boolean
  /** The error of a media input that was refused, to be thrown as it is. */
  readonly cause?: unknown
}
