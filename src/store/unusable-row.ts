import type { CellarError } from '../errors/cellar-error.ts'
import type { WriteError } from './write-result.ts'

/** What is listed for a row, wherever it is. */
export type RowFault = Omit<WriteError, 'index'>

/**
 * Stands in a list of rows for one that its reader refused: what comes after it keeps its place, and with
 * `onInvalid: 'skip'` it is listed like a row that the write refuses itself.
 */
export class UnusableRow {
  readonly fault: RowFault
  /** Thrown by a write that does not skip such rows. */
  readonly error: CellarError

  constructor(fault: RowFault, error: CellarError) {
    this.fault = fault
    this.error = error
  }
}
