import { isOutdated } from '../catalog/outdated.ts'
import { DatabaseError } from '../database/database-error.ts'
import { assertOutsideTransaction } from '../database/transaction-scope.ts'
import { isCellarError } from '../errors/cellar-error.ts'
import type { Encoded } from '../schema/array-literal.ts'
import { Coalescer } from '../util/coalescer.ts'
import type { StoreContext } from './context.ts'

const MAX_ROWS = 256
const MAX_BYTES = 1024 * 1024
const BIG_ROW_BYTES = 64 * 1024

/** A row on its way into its table: nothing else has to happen in the same transaction. */
export interface LoneRow {
  readonly values: readonly Encoded[]
  readonly actor: string | null
  readonly label: string | null
}

export interface SharedWrite<TRow extends LoneRow, TAnswer> {
  /** Rows of equal keys never share a statement. */
  readonly keyOf: (row: TRow) => string | undefined
  /** One statement for all rows; answers by their position. */
  readonly run: (rows: readonly TRow[]) => Promise<readonly TAnswer[]>
  readonly runAlone: (row: TRow) => Promise<TAnswer>
}

/**
 * Writes of single rows that share statements: those of the same turn, and those that arrive while a statement is
 * under way. A refused statement leaves nothing behind, so each request then runs alone and gets the outcome it would
 * have had.
 */
export function shareStatements<TRow extends LoneRow, TAnswer>(
  { database }: StoreContext,
  { keyOf, run, runAlone }: SharedWrite<TRow, TAnswer>,
): (row: TRow) => Promise<TAnswer> {
  const coalescer = new Coalescer<TRow, TAnswer>({
    slots: 1,
    maxItems: MAX_ROWS,
    maxWeight: MAX_BYTES,
    gather: true,
    weightOf: weigh,
    keyOf,
    mayRepeat,
    run,
    runAlone,
  })
  return async (row) => {
    // The shared statement may run on behalf of somebody else, where this could not be seen any more.
    assertOutsideTransaction(database)
    return weigh(row) > BIG_ROW_BYTES ? runAlone(row) : coalescer.submit(row)
  }
}

/**
 * After a lost connection the rows may be written or not: writing them again could do it twice. Where the definition is
 * outdated, each of them would be refused alike.
 */
function mayRepeat(error: unknown): boolean {
  if (isOutdated(error)) return false
  return error instanceof DatabaseError || (isCellarError(error) && error.code === 'TRANSACTION_CONFLICT')
}

function weigh({ values }: LoneRow): number {
  let bytes = 0
  for (const value of values) {
    if (typeof value === 'string') bytes += value.length
    else bytes += typeof value === 'object' && value !== null ? value.byteLength : 8
  }
  return bytes
}
