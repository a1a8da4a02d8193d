import { CellarError } from '../errors/cellar-error.ts'
import { roughBytes } from './row-size.ts'

/** Rows that are evaluated and written together. */
export const BATCH_ROWS = 2_000
/** Rough bytes of the rows of a batch; a single row may have more. */
export const BATCH_BYTES = 8 * 1024 * 1024

/** What `insert` takes, made one: batches of rows, and how many there are where that is known. */
export interface RowSource {
  /** One object was given, not a list: errors then name its columns without a position. */
  readonly single: boolean
  readonly total: number | undefined
  /** From the first row on; again only for what was given as an object or an array. */
  batches(): Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>
}

/** @throws INVALID_VALUE for what holds no rows */
export function rowSource(input: unknown): RowSource {
  if (Array.isArray(input)) return { single: false, total: input.length, batches: () => collect(input) }
  if (typeof input !== 'object' || input === null)
    throw new CellarError('INVALID_VALUE', { subject: 'insert', reason: `rows are objects, not ${typeof input}` })
  if (Symbol.asyncIterator in input) {
    return { single: false, total: undefined, batches: () => collectAsync(input as AsyncIterable<unknown>) }
  }
  if (Symbol.iterator in input) {
    return { single: false, total: undefined, batches: () => collect(input as Iterable<unknown>) }
  }
  return { single: true, total: 1, batches: () => [[input]] }
}

class Batch {
  rows: unknown[] = []
  #bytes = 0

  add(row: unknown): boolean {
    this.rows.push(row)
    this.#bytes += roughBytes(row, BATCH_BYTES)
    return this.rows.length >= BATCH_ROWS || this.#bytes >= BATCH_BYTES
  }
}

function* collect(rows: Iterable<unknown>): Generator<readonly unknown[], void, undefined> {
  let batch = new Batch()
  for (const row of rows) {
    if (!batch.add(row)) continue
    yield batch.rows
    batch = new Batch()
  }
  if (batch.rows.length > 0) yield batch.rows
}

async function* collectAsync(rows: AsyncIterable<unknown>): AsyncGenerator<readonly unknown[], void, undefined> {
  let batch = new Batch()
  for await (const row of rows) {
    if (!batch.add(row)) continue
    yield batch.rows
    batch = new Batch()
  }
  if (batch.rows.length > 0) yield batch.rows
}
