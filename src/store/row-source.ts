import { CellarError } from '../errors/cellar-error.ts'
import { roughBytes } from './row-size.ts'

/** Rows of the first batch, and at most; each may have twice as many as the one before. */
export interface BatchSize {
  readonly first: number
  readonly most: number
}

/** Rows that are evaluated and written together. */
export const BATCH_ROWS = 5_000
/** Fewer where rows bring media: one batch is stored while the cells of the one before it are computed, and that soon. */
export const MEDIA_BATCH: BatchSize = { first: 4, most: 16 }

const BATCH: BatchSize = { first: BATCH_ROWS, most: BATCH_ROWS }
/** Rough bytes of the rows of a batch; a single row may have more. */
const BATCH_BYTES = 8 * 1024 * 1024

/** What `insert` takes, made one: batches of rows, and how many there are where that is known. */
export interface RowSource {
  /** One object was given, not a list: errors then name its columns without a position. */
  readonly single: boolean
  readonly total: number | undefined
  /** From the first row on; again only for what was given as an object or an array. */
  batches(size?: BatchSize): Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>
}

/** @throws INVALID_VALUE for what holds no rows */
export function rowSource(input: unknown): RowSource {
  if (Array.isArray(input)) return { single: false, total: input.length, batches: (size) => collect(input, size) }
  if (typeof input !== 'object' || input === null)
    throw new CellarError('INVALID_VALUE', { subject: 'insert', reason: `rows are objects, not ${typeof input}` })
  if (Symbol.asyncIterator in input) {
    return { single: false, total: undefined, batches: (size) => collectAsync(input as AsyncIterable<unknown>, size) }
  }
  if (Symbol.iterator in input) {
    return { single: false, total: undefined, batches: (size) => collect(input as Iterable<unknown>, size) }
  }
  return { single: true, total: 1, batches: () => [[input]] }
}

class Batch {
  rows: unknown[] = []
  readonly #most: number
  #bytes = 0

  constructor(most: number) {
    this.#most = most
  }

  add(row: unknown): boolean {
    this.rows.push(row)
    this.#bytes += roughBytes(row, BATCH_BYTES)
    return this.rows.length >= this.#most || this.#bytes >= BATCH_BYTES
  }
}

function* collect(rows: Iterable<unknown>, size = BATCH): Generator<readonly unknown[], void, undefined> {
  let most = size.first
  let batch = new Batch(most)
  for (const row of rows) {
    if (!batch.add(row)) continue
    yield batch.rows
    most = Math.min(2 * most, size.most)
    batch = new Batch(most)
  }
  if (batch.rows.length > 0) yield batch.rows
}

async function* collectAsync(
  rows: AsyncIterable<unknown>,
  size = BATCH,
): AsyncGenerator<readonly unknown[], void, undefined> {
  let most = size.first
  let batch = new Batch(most)
  for await (const row of rows) {
    if (!batch.add(row)) continue
    yield batch.rows
    most = Math.min(2 * most, size.most)
    batch = new Batch(most)
  }
  if (batch.rows.length > 0) yield batch.rows
}
