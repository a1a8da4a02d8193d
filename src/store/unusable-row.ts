import type { CellarError } from '../errors/cellar-error.ts'

/**
 * Stands in a list of rows for one that its reader refused: what comes after it keeps its place, and with
 * `onInvalid: 'skip'` it is listed like a row that the write refuses itself.
 */
export class UnusableRow {
  readonly error: CellarError
  readonly column: string | undefined

  constructor(error: CellarError, column: string | undefined) {
    this.error = error
    this.column = column
  }
}
