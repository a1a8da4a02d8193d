import { describe, expect, test } from 'vitest'
import { caseWhen } from '../expr/case-when.ts'
import { defineFunction } from '../expr/define-function.ts'
import { defineTable } from '../schema/define-table.ts'
import type { AnyTable } from '../schema/table.ts'
import { specOfTable } from '../schema/table-value.ts'
import { t } from '../types/t.ts'
import type { RunOptions } from './engine.ts'
import { planCells } from './plan-cells.ts'
import { createTestEngine } from './testing/engine.ts'

/** Fails for 0 and 429, the latter as a provider that is busy. */
const check = (n: number): number => {
  if (n === 0) throw new RangeError('nothing to divide by')
  if (n === 429) throw Object.assign(new Error('slow down'), { status: 429 })
  return 100 / n
}
const divide = defineFunction({
  name: 'errors_divide',
  args: { n: t.int() },
  returns: t.float(),
  run: ({ n }) => check(n),
})
const divideLater = defineFunction({
  name: 'errors_divide_later',
  args: { n: t.int() },
  returns: t.float(),
  run: async ({ n }) => check(n),
})
const numbers = defineTable('numbers', { n: t.int() })
const rowsOf = (...values: number[]) => values.map((n) => ({ n }) as Record<string, unknown>)

async function run(table: AnyTable, values: readonly number[], options: RunOptions = {}) {
  await using test = createTestEngine()
  const rows = rowsOf(...values)
  const result = await test.engine.run(planCells(specOfTable(table)), rows, options)
  return { rows, ...result }
}

describe.each([
  ['sync', divide],
  ['async', divideLater],
])('a failing %s function', (_, fn) => {
  const column = { onError: 'store' } as const

  test('fails the operation by default, naming row, column and reason', async () => {
    const table = numbers.computed('a', (c) => fn({ n: c.n }))
    await expect(run(table, [1, 0])).rejects.toMatchObject({
      code: 'CELL_FAILED',
      status: 422,
      retryable: false,
      details: { column: 'a', subject: 'table numbers' },
      issues: [{ path: [1, 'a'], code: 'FUNCTION_FAILED', message: expect.stringContaining('nothing to divide by') }],
      cause: expect.any(RangeError),
    })
  })

  test('fails the operation as unavailable when it may succeed later', async () => {
    const table = numbers.computed('a', (c) => fn({ n: c.n }))
    await expect(run(table, [429])).rejects.toMatchObject({ code: 'CELL_UNAVAILABLE', status: 503, retryable: true })
  })

  test('leaves a failed cell where its column stores errors', async () => {
    const { rows, errors } = await run(
      numbers.computed('a', (c) => fn({ n: c.n }), column),
      [1, 0, 2, 429],
    )
    expect(rows.map(({ a }) => a)).toEqual([100, null, 50, null])
    expect(errors).toMatchObject([
      { index: 1, column: 'a', code: 'FUNCTION_FAILED', retryable: false },
      { index: 3, column: 'a', code: 'FUNCTION_FAILED', retryable: true },
    ])
  })

  test('does what the operation says, whatever the column says', async () => {
    const storing = numbers.computed('a', (c) => fn({ n: c.n }), column)
    await expect(run(storing, [0], { onError: 'abort' })).rejects.toMatchObject({ code: 'CELL_FAILED' })
    const { errors } = await run(
      numbers.computed('a', (c) => fn({ n: c.n })),
      [0],
      { onError: 'store' },
    )
    expect(errors).toHaveLength(1)
  })

  test('hands its error to the cells that read it, whose functions are not called', async () => {
    let calls = 0
    const dependent = defineFunction({
      name: `errors_dependent_${fn === divide ? 'sync' : 'async'}`,
      args: { n: t.float() },
      returns: t.float(),
      run: ({ n }) => {
        calls += 1
        return n
      },
    })
    const table = numbers
      .computed('a', (c) => fn({ n: c.n }), column)
      .computed('b', (c) => dependent({ n: c.a }))
      .computed('c', (c) => c.b.add(1))
    const { rows, errors } = await run(table, [0])
    expect(rows[0]).toEqual({ n: 0, a: null, b: null, c: null })
    expect(errors.map(({ column: name, code }) => [name, code])).toEqual([
      ['a', 'FUNCTION_FAILED'],
      ['b', 'FUNCTION_FAILED'],
      ['c', 'FUNCTION_FAILED'],
    ])
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1)
    expect(calls).toBe(0)
  })

  test('leaves alone cells that do not read it in the branch they take', async () => {
    const table = numbers
      .computed('a', (c) => fn({ n: c.n }), column)
      .computed('b', (c) => caseWhen([[c.n.eq(0), -1]], c.a))
    const { rows, errors } = await run(table, [0])
    expect(rows[0]).toEqual({ n: 0, a: null, b: -1 })
    expect(errors).toHaveLength(1)
  })

  test('fails the call that it is an argument of', async () => {
    const { errors } = await run(
      numbers.computed('a', (c) => fn({ n: fn({ n: c.n }).round().toInt() }), column),
      [0],
    )
    expect(errors).toMatchObject([{ column: 'a', code: 'FUNCTION_FAILED' }])
  })
})

test('cells that are stored as failed hand their error on', async () => {
  const table = numbers.computed('a', (c) => divide({ n: c.n }), { onError: 'store' }).computed('b', (c) => c.a.add(1))
  await using test = createTestEngine()
  const rows: Record<string, unknown>[] = [
    { n: 1, a: 1 },
    { n: 0, a: null },
  ]
  const failed = [{ index: 1, column: 'a', code: 'FUNCTION_TIMEOUT', message: 'late', retryable: true }]
  const { errors } = await test.engine.run(planCells(specOfTable(table), new Set(['b'])), rows, { failed })
  expect(rows.map(({ b }) => b)).toEqual([2, null])
  expect(errors).toEqual([{ index: 1, column: 'b', code: 'FUNCTION_TIMEOUT', message: 'late', retryable: true }])
})

describe('a result that is not what the function declares', () => {
  const returning = (name: string, value: unknown) =>
    defineFunction({ name, args: { n: t.int() }, returns: t.int(), run: () => value as number })
  test.each([
    ['another type', 'errors_text', '12'],
    ['a fraction', 'errors_fraction', 1.5],
    ['null', 'errors_null', null],
    ['nothing', 'errors_nothing', undefined],
    ['too large', 'errors_large', 2 ** 53],
  ])('is an error of the cell: %s', async (_, name, value) => {
    const table = numbers.computed('a', (c) => returning(name, value)({ n: c.n }), { onError: 'store' })
    const { rows, errors } = await run(table, [1])
    expect(rows[0]?.a).toBeNull()
    expect(errors).toMatchObject([{ code: 'FUNCTION_INVALID_RESULT', retryable: false }])
  })

  test('is no error where it is null and that is declared', async () => {
    const perhaps = defineFunction({
      name: 'errors_perhaps',
      args: { n: t.int() },
      returns: t.int().nullable(),
      run: () => null,
    })
    const { rows, errors } = await run(
      numbers.computed('a', (c) => perhaps({ n: c.n })),
      [1],
    )
    expect([rows[0]?.a, errors]).toEqual([null, []])
  })
})

describe('what is thrown', () => {
  const throwing = (name: string, value: unknown) =>
    defineFunction({
      name,
      args: { n: t.int() },
      returns: t.int(),
      run: () => {
        throw value
      },
    })
  const errorOf = async (name: string, value: unknown) => {
    const table = numbers.computed('a', (c) => throwing(name, value)({ n: c.n }), { onError: 'store' })
    return (await run(table, [1])).errors[0]
  }

  test.each([
    ['an error that says so', Object.assign(new Error('x'), { retryable: true }), true],
    ['an error that says not', Object.assign(new Error('x'), { retryable: false, status: 503 }), false],
    ['status 503', Object.assign(new Error('x'), { status: 503 }), true],
    ['statusCode 429', Object.assign(new Error('x'), { statusCode: 429 }), true],
    ['status 400', Object.assign(new Error('x'), { status: 400 }), false],
    ['a time-out', new DOMException('x', 'TimeoutError'), true],
    ['a broken connection in the cause', new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } }), true],
    ['a plain error', new Error('x'), false],
    ['a text', 'x', false],
    ['undefined', undefined, false],
  ])('is retryable or not: %s', async (label, value, retryable) => {
    expect(await errorOf(`errors_${label.replaceAll(/\W/g, '_')}`, value)).toMatchObject({
      code: 'FUNCTION_FAILED',
      retryable,
    })
  })

  test('keeps what a database cannot store out of the message', async () => {
    const error = await errorOf('errors_unstorable', new Error('a\0b\uD800c'))
    expect(error?.message).toContain('ab\uFFFDc')
  })
})
