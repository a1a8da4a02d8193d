import { describe, expect, test } from 'vitest'
import { caseWhen } from '../expr/case-when.ts'
import { coalesce } from '../expr/coalesce.ts'
import { defineFunction } from '../expr/define-function.ts'
import { toNode } from '../expr/to-node.ts'
import { defineTable } from '../schema/define-table.ts'
import { specOfTable } from '../schema/table-value.ts'
import { t } from '../types/t.ts'
import { CallMemo } from './call-memo.ts'
import { planCells } from './plan-cells.ts'
import { createTestEngine } from './testing/engine.ts'

let calls: number[] = []
const counted = (value: number): number => {
  calls.push(value)
  return value
}

const square = defineFunction({
  name: 'engine_square',
  args: { n: t.int() },
  returns: t.int(),
  run: ({ n }) => counted(n) * n,
})
const slowSquare = defineFunction({
  name: 'engine_slow_square',
  args: { n: t.int() },
  returns: t.int(),
  run: async ({ n }) => counted(n) * n,
})
const promisedSquare = defineFunction({
  name: 'engine_promised_square',
  args: { n: t.int() },
  returns: t.int(),
  run: ({ n }) => Promise.resolve(counted(n) * n),
})
const numbers = defineTable('numbers', { n: t.int().nullable(), m: t.int() })
const rowsOf = (...values: (number | null)[]) => values.map((n) => ({ n, m: 7 }) as Record<string, unknown>)

describe.each([
  ['sync', square],
  ['async', slowSquare],
  ['promising', promisedSquare],
])('%s functions', (_, fn) => {
  test('fill the cells, in dependency order', async () => {
    await using test = createTestEngine()
    const table = numbers.computed('a', (c) => fn({ n: c.m })).computed('b', (c) => fn({ n: c.a }).add(1))
    const rows = rowsOf(1, 2)
    const result = await test.engine.run(planCells(specOfTable(table)), rows)
    expect(rows).toEqual([
      { n: 1, m: 7, a: 49, b: 2402 },
      { n: 2, m: 7, a: 49, b: 2402 },
    ])
    expect(result).toEqual({ errors: [], media: new Map() })
  })

  test('are not called for a null that they do not expect', async () => {
    await using test = createTestEngine()
    calls = []
    const rows = rowsOf(null, 3)
    await test.engine.run(planCells(specOfTable(numbers.computed('a', (c) => fn({ n: c.n })))), rows)
    expect(rows.map(({ a }) => a)).toEqual([null, 9])
    expect(calls).toEqual([3])
  })

  test('are called for the branch that is taken, only', async () => {
    await using test = createTestEngine()
    calls = []
    const table = numbers.computed('a', (c) =>
      caseWhen(
        [
          [c.n.gt(100), fn({ n: c.n })],
          [c.n.gt(10), fn({ n: c.n.add(1) })],
        ],
        fn({ n: c.m }),
      ),
    )
    const rows = rowsOf(1, 20, 300)
    await test.engine.run(planCells(specOfTable(table)), rows)
    expect(rows.map(({ a }) => a)).toEqual([49, 441, 90_000])
    expect(calls.toSorted((x, y) => x - y)).toEqual([7, 21, 300])
  })

  test('are called as a fallback only where it is needed', async () => {
    await using test = createTestEngine()
    calls = []
    const rows = rowsOf(5, null)
    await test.engine.run(planCells(specOfTable(numbers.computed('a', (c) => coalesce(c.n, fn({ n: c.m }))))), rows)
    expect(rows.map(({ a }) => a)).toEqual([5, 49])
    expect(calls).toEqual([7])
  })

  test('are called once for equal calls of a row, in whatever column', async () => {
    await using test = createTestEngine()
    calls = []
    const table = numbers
      .computed('a', (c) => caseWhen([[c.n.gt(100), fn({ n: c.m })]], 0))
      .computed('b', (c) => fn({ n: c.m }).add(c.a))
      .computed('d', (c) => fn({ n: c.m }))
    const rows = rowsOf(1)
    await test.engine.run(planCells(specOfTable(table)), rows)
    expect(rows[0]).toMatchObject({ a: 0, b: 49, d: 49 })
    expect(calls).toEqual([7])
  })
})

describe('async functions', () => {
  const plan = planCells(specOfTable(numbers.computed('a', (c) => slowSquare({ n: c.n }))))

  test('are called once for equal arguments of an operation', async () => {
    await using test = createTestEngine()
    calls = []
    const rows = rowsOf(...Array.from({ length: 5_000 }, (_, index) => index % 10))
    await test.engine.run(plan, rows)
    expect(rows.every(({ n, a }) => a === (n as number) ** 2)).toBe(true)
    expect(calls).toHaveLength(10)
  })

  test('are called once for equal arguments of several runs that share a memo', async () => {
    await using test = createTestEngine()
    calls = []
    const memo = new CallMemo()
    await test.engine.run(plan, rowsOf(1, 2), { memo })
    await test.engine.run(plan, rowsOf(2, 3), { memo })
    await test.engine.run(plan, rowsOf(3))
    expect(calls).toEqual([1, 2, 3, 3])
  })

  test('without arguments are called for every row', async () => {
    await using test = createTestEngine()
    let count = 0
    const token = defineFunction({
      name: 'engine_token',
      args: {},
      returns: t.int(),
      run: async () => {
        count += 1
        return count
      },
    })
    const rows = rowsOf(1, 1, 1)
    await test.engine.run(planCells(specOfTable(numbers.computed('a', () => token({})))), rows)
    expect(rows.map(({ a }) => a)).toEqual([1, 2, 3])
  })

  test('tell arguments of different types apart', async () => {
    await using test = createTestEngine()
    const typeOf = defineFunction({
      name: 'engine_type_of',
      args: { value: t.json() },
      returns: t.string(),
      run: async ({ value }) => typeof value,
    })
    const table = defineTable('values', { value: t.json() }).computed('kind', (c) => typeOf({ value: c.value }))
    const rows: Record<string, unknown>[] = [{ value: 1 }, { value: '1' }, { value: [1] }, { value: true }]
    await test.engine.run(planCells(specOfTable(table)), rows)
    expect(rows.map(({ kind }) => kind)).toEqual(['number', 'string', 'object', 'boolean'])
  })
})

describe('arguments', () => {
  test('that are left out have their default', async () => {
    await using test = createTestEngine()
    const cut = defineFunction({
      name: 'engine_cut',
      args: { text: t.string(), length: t.int().default(3), end: t.string().nullable() },
      returns: t.string(),
      run: ({ text, length, end }) => text.slice(0, length) + (end ?? '.'),
    })
    const table = defineTable('texts', { text: t.string() }).computed('short', (c) => cut({ text: c.text }))
    const rows: Record<string, unknown>[] = [{ text: 'abcdef' }]
    await test.engine.run(planCells(specOfTable(table)), rows)
    expect(rows[0]?.short).toBe('abc.')
  })

  test('can be changed without an effect on the row', async () => {
    await using test = createTestEngine()
    const first = defineFunction({
      name: 'engine_first',
      args: { tags: t.json<string[]>(), at: t.timestamp() },
      returns: t.string(),
      run: ({ tags, at }) => {
        ;(at as Date).setFullYear(1970)
        return (tags as string[]).sort()[0] ?? ''
      },
    })
    const table = defineTable('tagged', { tags: t.json<string[]>(), at: t.timestamp() }).computed('first', (c) =>
      first({ tags: c.tags, at: c.at }),
    )
    const rows: Record<string, unknown>[] = [{ tags: ['b', 'a'], at: new Date(0) }]
    await test.engine.run(planCells(specOfTable(table)), rows)
    expect(rows[0]).toEqual({ tags: ['b', 'a'], at: new Date(0), first: 'a' })
  })
})

describe('calls', () => {
  test('gives the values of expressions row by row', async () => {
    await using test = createTestEngine()
    const { c } = numbers
    const nodes = [toNode(slowSquare({ n: c.m })), toNode(c.n)]
    expect(await test.engine.calls(nodes, rowsOf(1, null))).toEqual([
      [49, 1],
      [49, null],
    ])
  })

  test('fails with the error of the function', async () => {
    await using test = createTestEngine()
    const failing = defineFunction({
      name: 'engine_failing',
      args: { n: t.int() },
      returns: t.int(),
      run: () => {
        throw new TypeError('no')
      },
    })
    await expect(test.engine.calls([toNode(failing({ n: numbers.c.m }))], rowsOf(1))).rejects.toMatchObject({
      code: 'FUNCTION_FAILED',
    })
  })
})

test('progress counts rows', async () => {
  await using test = createTestEngine()
  const done: number[] = []
  const onProgress = (count: number) => done.push(count)
  await test.engine.run(planCells(specOfTable(numbers.computed('a', (c) => slowSquare({ n: c.n })))), rowsOf(1, 2, 3), {
    onProgress,
  })
  expect(done).toEqual([1, 2, 3])
})

test('a run without rows or without columns does nothing', async () => {
  await using test = createTestEngine()
  expect(await test.engine.run(planCells(specOfTable(numbers)), rowsOf(1))).toEqual({ errors: [], media: new Map() })
  const plan = planCells(specOfTable(numbers.computed('a', (c) => slowSquare({ n: c.n }))))
  expect(await test.engine.run(plan, [])).toEqual({ errors: [], media: new Map() })
})

test('a closed engine refuses to run', async () => {
  const { engine } = createTestEngine()
  await engine.close()
  await expect(engine.run(planCells(specOfTable(numbers)), rowsOf(1))).rejects.toMatchObject({ code: 'CLOSED' })
})
