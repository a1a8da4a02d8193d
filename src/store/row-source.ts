import { CellarError } from '../errors/cellar-error.ts'

/** What `insert` takes, made one: batches of rows, and how many there are where that is known. */
export interface RowSource {
  /** One object was given, not a list: errors then name its columns without a position. */
  readonly single: boolean
  readonly total: number | undefined
  batches(size: number): Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>
}

export function rowSource(input: unknown): RowSource {
  if (Array.isArray(input)) return { single: false, total: input.length, batches: (size) => slices(input, size) }
  if (typeof input !== 'object' || input === null)
    throw new CellarError('INVALID_VALUE', { subject: 'insert', reason: `rows are objects, not ${typeof input}` })
  if (Symbol.asyncIterator in input) {
    const rows = input as AsyncIterable<unknown>
    return { single: false, total: undefined, batches: (size) => collectAsync(rows, size) }
  }
  if (Symbol.iterator in input) {
    const rows = input as Iterable<unknown>
    return { single: false, total: undefined, batches: (size) => collect(rows, size) }
  }
  return { single: true, total: 1, batches: () => [[input]] }
}

function* slices(rows: readonly unknown[], size: number): Generator<readonly unknown[]> {
  if (rows.length <= size) {
    if (rows.length > 0) yield rows
    return
  }
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size)
}

function* collect(rows: Iterable<unknown>, size: number): Generator<readonly unknown[]> {
  let batch: unknown[] = []
  for (const row of rows) {
    batch.push(row)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function* collectAsync(rows: AsyncIterable<unknown>, size: number): AsyncGenerator<readonly unknown[]> {
  let batch: unknown[] = []
  for await (const row of rows) {
    batch.push(row)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
