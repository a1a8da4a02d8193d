import { threadId } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { defineFunction } from '../../expr/define-function.ts'
import { defineTable } from '../../schema/define-table.ts'
import type { AnyTable } from '../../schema/table.ts'
import { specOfTable } from '../../schema/table-value.ts'
import { t } from '../../types/t.ts'
import { planCells } from '../plan-cells.ts'
import { createTestEngine } from '../testing/engine.ts'
import { spin, spinLong, threadBatch, threadFailing, threadPath, whichThread } from '../testing/thread-functions.ts'

const numbers = defineTable('numbers', { n: t.int() })
const planOf = (table: AnyTable) => planCells(specOfTable(table))
const rowsOf = (...values: number[]) => values.map((n) => ({ n }) as Record<string, unknown>)
const store = { onError: 'store' } as const

test('a thread function runs in another thread', async () => {
  await using test = createTestEngine({ threads: 1 })
  const rows = rowsOf(1, 2)
  await test.engine.run(planOf(numbers.computed('a', (c) => whichThread({ n: c.n }))), rows)
  expect(rows[0]?.a).not.toBe(threadId)
  expect(rows[0]?.a).toBe(rows[1]?.a)
})

test('a thread function that spins for ever is killed, and the others go on', async () => {
  await using test = createTestEngine({ threads: 1 })
  const rows = rowsOf(1, -1, 2)
  const { errors } = await test.engine.run(planOf(numbers.computed('a', (c) => spin({ n: c.n }), store)), rows)
  expect(rows.map(({ a }) => a)).toEqual([1, null, 2])
  expect(errors).toMatchObject([{ index: 1, column: 'a', code: 'FUNCTION_TIMEOUT', retryable: true }])
  // The thread that was killed has a successor.
  const again = rowsOf(3)
  await test.engine.run(planOf(numbers.computed('a', (c) => spin({ n: c.n }))), again)
  expect(again[0]?.a).toBe(3)
})

test('the signal of the operation kills a thread that spins', async () => {
  await using test = createTestEngine({ threads: 1 })
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 300)
  await expect(
    test.engine.run(planOf(numbers.computed('a', (c) => spinLong({ n: c.n }))), rowsOf(1, 2), {
      signal: controller.signal,
    }),
  ).rejects.toMatchObject({ code: 'ABORTED' })
  const rows = rowsOf(1)
  await test.engine.run(planOf(numbers.computed('a', (c) => whichThread({ n: c.n }))), rows)
  expect(rows[0]?.a).toEqual(expect.any(Number))
})

describe('a thread function that fails', () => {
  const texts = defineTable('texts', { how: t.string() }).computed('a', (c) => threadFailing({ how: c.how }), store)
  test.each([
    ['busy', 'FUNCTION_FAILED', true],
    ['plainly', 'FUNCTION_FAILED', false],
    ['exit', 'FUNCTION_FAILED', false],
    ['later', 'FUNCTION_FAILED', false],
    ['unsendable', 'FUNCTION_INVALID_RESULT', false],
  ])('fails its cell: %s', async (how, code, retryable) => {
    await using test = createTestEngine({ threads: 1 })
    const { errors } = await test.engine.run(planOf(texts), [{ how }])
    expect(errors).toMatchObject([{ code, retryable }])
  })
})

test('a batched thread function gets batches and can fail for single rows', async () => {
  await using test = createTestEngine({ threads: 1 })
  const rows = rowsOf(10, 11, 12, 13, 14)
  const { errors } = await test.engine.run(planOf(numbers.computed('a', (c) => threadBatch({ n: c.n }), store)), rows)
  expect(rows.map(({ a }) => a)).toEqual([40, 44, 48, null, 14])
  expect(errors).toMatchObject([{ index: 3, code: 'FUNCTION_FAILED', message: expect.stringContaining('unlucky') }])
})

test('a thread function reads media through its context', async () => {
  await using test = createTestEngine({ threads: 1 })
  const table = defineTable('images', { image: t.image() }).computed('path', (c) => threadPath({ image: c.image }))
  const rows: Record<string, unknown>[] = [{ image: 'picture' }]
  await test.engine.ingest(specOfTable(table), rows, { allowPath: true })
  await test.engine.run(planOf(table), rows)
  expect(rows[0]?.path).toMatch(/^\/memory\/cellar:[0-9a-f]{64}\.png$/)
})

test.each([
  ['a module that does not define it', 'threads_elsewhere', new URL('../fault.ts', import.meta.url).href],
  ['a module that does not load', 'threads_nowhere', new URL('./nowhere.ts', import.meta.url).href],
])('%s ends the operation, also where errors are stored', async (_, name, module) => {
  await using test = createTestEngine({ threads: 1 })
  const lost = defineFunction({ name, module, thread: true, args: { n: t.int() }, returns: t.int(), run: ({ n }) => n })
  await expect(
    test.engine.run(planOf(numbers.computed('a', (c) => lost({ n: c.n }), store)), rowsOf(1)),
  ).rejects.toMatchObject({ code: 'FUNCTION_UNAVAILABLE' })
})

test('closing the engine ends threads that are busy', async () => {
  const { engine } = createTestEngine({ threads: 1 })
  const running = engine.run(planOf(numbers.computed('a', (c) => spinLong({ n: c.n }))), rowsOf(1, 2))
  const failed = expect(running).rejects.toMatchObject({ code: 'CLOSED' })
  setTimeout(() => void engine.close(), 200)
  await failed
})
