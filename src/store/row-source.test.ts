import { expect, test } from 'vitest'
import { BATCH_ROWS, rowSource } from './row-source.ts'

/** What a batch holds at most, roughly. */
const BATCH_BYTES = 8 * 1024 * 1024

async function sizes(input: unknown): Promise<number[]> {
  const batches: number[] = []
  for await (const rows of rowSource(input).batches()) batches.push(rows.length)
  return batches
}

async function* stream(rows: Iterable<unknown>) {
  yield* rows
}

test('batches are bounded by rows, whatever they come from', async () => {
  const rows = Array.from({ length: BATCH_ROWS * 2 + 1 }, (_, id) => ({ id }))
  for (const input of [rows, new Set(rows), stream(rows)])
    expect(await sizes(input)).toEqual([BATCH_ROWS, BATCH_ROWS, 1])
  expect(await sizes([])).toEqual([])
  expect(await sizes({ id: 1 })).toEqual([1])
})

test('batches are bounded by bytes, but hold at least one row', async () => {
  const big = { text: 'x'.repeat(BATCH_BYTES) }
  const half = { nested: { texts: ['x'.repeat(BATCH_BYTES / 4), 'x'.repeat(BATCH_BYTES / 4)] } }
  expect(await sizes([big, big, { id: 1 }])).toEqual([1, 1, 1])
  expect(await sizes([half, half, half])).toEqual([2, 1])
})

test('batches can begin small', async () => {
  const rows = Array.from({ length: 30 }, (_, id) => ({ id }))
  for (const input of [rows, stream(rows)]) {
    const batches = await Array.fromAsync(rowSource(input).batches({ first: 3, most: 10 }))
    expect(batches.map((batch) => batch.length)).toEqual([3, 6, 10, 10, 1])
    expect(batches.flat()).toEqual(rows)
  }
})

test('an array can be gone through again', async () => {
  const source = rowSource([{ id: 1 }, { id: 2 }])
  for (let time = 0; time < 2; time += 1)
    expect(await Array.fromAsync(source.batches())).toEqual([[{ id: 1 }, { id: 2 }]])
})

test.each([null, 7, 'rows'])('%s holds no rows', (input) => {
  expect(() => rowSource(input)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }))
})
