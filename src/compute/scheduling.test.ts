import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { defineFunction } from '../expr/define-function.ts'
import { defineTable } from '../schema/define-table.ts'
import type { AnyTable } from '../schema/table.ts'
import { specOfTable } from '../schema/table-value.ts'
import { t } from '../types/t.ts'
import { planCells } from './plan-cells.ts'
import { createTestEngine } from './testing/engine.ts'

const numbers = defineTable('numbers', { n: t.int() })
const planOf = (table: AnyTable) => planCells(specOfTable(table))
const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => ({ n }) as Record<string, unknown>)

/** Counts what is under way. */
function createGauge() {
  const gauge = {
    now: 0,
    peak: 0,
    async through<T>(work: () => Promise<T>): Promise<T> {
      gauge.now += 1
      gauge.peak = Math.max(gauge.peak, gauge.now)
      try {
        return await work()
      } finally {
        gauge.now -= 1
      }
    },
  }
  return gauge
}

describe('async calls', () => {
  test('overlap, up to the limit', async () => {
    await using test = createTestEngine({ concurrency: 5 })
    const gauge = createGauge()
    const slow = defineFunction({
      name: 'scheduling_slow',
      args: { n: t.int() },
      returns: t.int(),
      run: ({ n }) => gauge.through(() => sleep(1, n)),
    })
    const rows = rowsOf(100)
    await test.engine.run(planOf(numbers.computed('a', (c) => slow({ n: c.n }))), rows)
    expect(gauge.peak).toBe(5)
    expect(rows.every(({ n, a }) => n === a)).toBe(true)
  })

  test('are held back while their arguments take too much memory', async () => {
    await using test = createTestEngine({ maxBytes: 100_000 })
    const gauge = createGauge()
    const length = defineFunction({
      name: 'scheduling_length',
      args: { text: t.string() },
      returns: t.int(),
      run: ({ text }) => gauge.through(() => sleep(1, text.length)),
    })
    const table = defineTable('texts', { text: t.string() }).computed('length', (c) => length({ text: c.text }))
    const rows = Array.from({ length: 50 }, (_, n) => ({ text: `${n}`.padEnd(40_000) }) as Record<string, unknown>)
    await test.engine.run(planOf(table), rows)
    expect(gauge.peak).toBeLessThanOrEqual(3)
    expect(rows.every((row) => row.length === 40_000)).toBe(true)
  })

  test('of a row start as soon as their inputs are there, whatever other rows do', async () => {
    await using test = createTestEngine()
    const order: string[] = []
    const first = defineFunction({
      name: 'scheduling_first',
      args: { n: t.int() },
      returns: t.int(),
      run: async ({ n }) => {
        await sleep(n === 0 ? 60 : 1)
        order.push(`first ${n}`)
        return n
      },
    })
    const second = defineFunction({
      name: 'scheduling_second',
      args: { n: t.int() },
      returns: t.int(),
      run: async ({ n }) => {
        order.push(`second ${n}`)
        return n
      },
    })
    const table = numbers.computed('a', (c) => first({ n: c.n })).computed('b', (c) => second({ n: c.a }))
    await test.engine.run(planOf(table), rowsOf(3))
    expect(order.slice(-2)).toEqual(['first 0', 'second 0'])
    expect(order.slice(0, 4)).toContain('second 2')
  })

  test('of more rows than fit at once are all made', async () => {
    await using test = createTestEngine()
    const same = defineFunction({
      name: 'scheduling_same',
      args: { n: t.int() },
      returns: t.int(),
      run: async ({ n }) => n,
    })
    const rows = rowsOf(5_000)
    await test.engine.run(planOf(numbers.computed('a', (c) => same({ n: c.n }))), rows)
    expect(rows.every(({ n, a }) => n === a)).toBe(true)
  })
})

describe('batched functions', () => {
  const batches: number[] = []
  const batched = defineFunction({
    name: 'scheduling_batched',
    args: { n: t.int() },
    returns: t.int(),
    batch: { size: 10 },
    runBatch: async (rows) => {
      batches.push(rows.length)
      return rows.map(({ n }) => n * 2)
    },
  })

  test('get full batches and a rest', async () => {
    await using test = createTestEngine()
    batches.length = 0
    const rows = rowsOf(25)
    await test.engine.run(planOf(numbers.computed('a', (c) => batched({ n: c.n }))), rows)
    expect(batches.toSorted((a, b) => b - a)).toEqual([10, 10, 5])
    expect(rows.every(({ n, a }) => a === (n as number) * 2)).toBe(true)
  })

  test('get full batches also behind another async function', async () => {
    await using test = createTestEngine({ concurrency: 7 })
    batches.length = 0
    const before = defineFunction({
      name: 'scheduling_before',
      args: { n: t.int() },
      returns: t.int(),
      run: ({ n }) => sleep(n % 3, n),
    })
    await test.engine.run(
      planOf(numbers.computed('a', (c) => before({ n: c.n })).computed('b', (c) => batched({ n: c.a }))),
      rowsOf(40),
    )
    expect(batches).toEqual([10, 10, 10, 10])
  })

  test('can be fed by themselves', async () => {
    await using test = createTestEngine()
    const rows = rowsOf(12)
    await test.engine.run(planOf(numbers.computed('a', (c) => batched({ n: batched({ n: c.n }) }))), rows)
    expect(rows.every(({ n, a }) => a === (n as number) * 4)).toBe(true)
  })

  test('do not wait for rows whose call is not made', async () => {
    await using test = createTestEngine()
    batches.length = 0
    const table = defineTable('sparse', { n: t.int().nullable() }).computed('a', (c) => batched({ n: c.n }))
    const rows = [{ n: null }, { n: 1 }, { n: null }, { n: 2 }] as Record<string, unknown>[]
    await test.engine.run(planOf(table), rows)
    expect(rows.map(({ a }) => a)).toEqual([null, 2, null, 4])
    expect(batches).toEqual([2])
  })

  test('get batches larger than the rows under way otherwise', async () => {
    await using test = createTestEngine()
    const sizes: number[] = []
    const large = defineFunction({
      name: 'scheduling_large',
      args: { n: t.int() },
      returns: t.int(),
      batch: { size: 2_000 },
      runBatch: (rows) => {
        sizes.push(rows.length)
        return rows.map(({ n }) => n)
      },
    })
    await test.engine.run(planOf(numbers.computed('a', (c) => large({ n: c.n }))), rowsOf(4_500))
    expect(sizes.toSorted((a, b) => b - a)).toEqual([2_000, 2_000, 500])
  })

  test.each([
    ['too few results', 'scheduling_few', [1]],
    ['no list', 'scheduling_no_list', 12],
  ])('that give %s fail every row of the batch', async (_, name, results) => {
    await using test = createTestEngine()
    const wrong = defineFunction({
      name,
      args: { n: t.int() },
      returns: t.int(),
      runBatch: () => results as number[],
    })
    const table = numbers.computed('a', (c) => wrong({ n: c.n }), { onError: 'store' })
    const { errors } = await test.engine.run(planOf(table), rowsOf(3))
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('FUNCTION_INVALID_RESULT'))
  })

  test('can fail for single rows', async () => {
    await using test = createTestEngine()
    const odd = defineFunction({
      name: 'scheduling_odd',
      args: { n: t.int() },
      returns: t.int(),
      runBatch: (rows) => rows.map(({ n }) => (n % 2 === 1 ? Object.assign(new Error('odd'), { retryable: true }) : n)),
    })
    const rows = rowsOf(3)
    const table = numbers.computed('a', (c) => odd({ n: c.n }), { onError: 'store' })
    const { errors } = await test.engine.run(planOf(table), rows)
    expect(rows.map(({ a }) => a)).toEqual([0, null, 2])
    expect(errors).toMatchObject([{ index: 1, code: 'FUNCTION_FAILED', retryable: true }])
  })
})

describe('a function that does not answer', () => {
  const signals: AbortSignal[] = []
  const stuck = defineFunction({
    name: 'scheduling_stuck',
    args: { n: t.int() },
    returns: t.int(),
    timeout: 30,
    run: ({ n }, { signal }) => {
      if (n !== 1) return Promise.resolve(n)
      signals.push(signal)
      return new Promise<number>(() => undefined)
    },
  })

  test('fails at its time limit, with its signal aborted', async () => {
    await using test = createTestEngine()
    signals.length = 0
    const rows = rowsOf(3)
    const table = numbers.computed('a', (c) => stuck({ n: c.n }), { onError: 'store' })
    const { errors } = await test.engine.run(planOf(table), rows)
    expect(rows.map(({ a }) => a)).toEqual([0, null, 2])
    expect(errors).toMatchObject([{ index: 1, column: 'a', code: 'FUNCTION_TIMEOUT', retryable: true }])
    expect(signals.map(({ aborted, reason }) => [aborted, reason.name])).toEqual([[true, 'TimeoutError']])
  })

  test('fails the operation as unavailable', async () => {
    await using test = createTestEngine()
    await expect(
      test.engine.run(planOf(numbers.computed('a', (c) => stuck({ n: c.n }))), rowsOf(2)),
    ).rejects.toMatchObject({ code: 'CELL_UNAVAILABLE', issues: [{ path: [1, 'a'], code: 'FUNCTION_TIMEOUT' }] })
  })

  test('is not listened to when it answers after all', async () => {
    await using test = createTestEngine()
    const late = defineFunction({
      name: 'scheduling_late',
      args: { n: t.int() },
      returns: t.int(),
      timeout: 10,
      run: ({ n }) => sleep(30, n),
    })
    const rows = rowsOf(1)
    await test.engine.run(planOf(numbers.computed('a', (c) => late({ n: c.n }), { onError: 'store' })), rows)
    await sleep(40)
    expect(rows[0]).toEqual({ n: 0, a: null })
  })
})

describe('the signal of the operation', () => {
  const seen: AbortSignal[] = []
  const endless = defineFunction({
    name: 'scheduling_endless',
    args: { n: t.int() },
    returns: t.int(),
    run: (_, { signal }) => {
      seen.push(signal)
      return new Promise<number>(() => undefined)
    },
  })
  const plan = planOf(numbers.computed('a', (c) => endless({ n: c.n })))

  test.each([1, 10])('ends a run of %i rows at once and reaches the functions', async (count) => {
    await using test = createTestEngine()
    seen.length = 0
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 10)
    await expect(test.engine.run(plan, rowsOf(count), { signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
      cause: { message: 'enough' },
    })
    expect(seen.length).toBe(count)
    expect(seen.every(({ aborted }) => aborted)).toBe(true)
  })

  test('that is aborted already starts nothing', async () => {
    await using test = createTestEngine()
    seen.length = 0
    await expect(test.engine.run(plan, rowsOf(1), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    expect(seen).toEqual([])
  })

  test('ends a run of sync functions, too', async () => {
    await using test = createTestEngine()
    const controller = new AbortController()
    const busy = defineFunction({
      name: 'scheduling_busy',
      args: { n: t.int() },
      returns: t.int(),
      run: ({ n }) => {
        const end = performance.now() + 1
        while (performance.now() < end);
        return n
      },
    })
    setTimeout(() => controller.abort(), 1)
    const rows = rowsOf(1_000)
    const running = test.engine.run(planOf(numbers.computed('a', (c) => busy({ n: c.n }))), rows, {
      signal: controller.signal,
    })
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' })
    expect(rows.at(-1)).not.toHaveProperty('a')
  })
})

test('a failing cell stops the other calls of its operation', async () => {
  await using test = createTestEngine({ concurrency: 4 })
  const signals: AbortSignal[] = []
  let calls = 0
  const perhaps = defineFunction({
    name: 'scheduling_perhaps',
    args: { n: t.int() },
    returns: t.int(),
    run: async ({ n }, { signal }) => {
      calls += 1
      signals.push(signal)
      if (n === 2) throw new Error('two')
      return new Promise<number>(() => undefined)
    },
  })
  await expect(
    test.engine.run(planOf(numbers.computed('a', (c) => perhaps({ n: c.n }))), rowsOf(100)),
  ).rejects.toMatchObject({ code: 'CELL_FAILED' })
  expect(calls).toBe(4)
  expect(signals.filter(({ aborted }) => aborted)).toHaveLength(3)
})

test('closing the engine ends what runs', async () => {
  const { engine } = createTestEngine()
  const endless = defineFunction({
    name: 'scheduling_for_ever',
    args: { n: t.int() },
    returns: t.int(),
    run: () => new Promise<number>(() => undefined),
  })
  const running = engine.run(planOf(numbers.computed('a', (c) => endless({ n: c.n }))), rowsOf(1))
  const failed = expect(running).rejects.toMatchObject({ code: 'CLOSED' })
  await engine.close()
  await failed
})

test('a function that holds up the process is reported once, by name', async () => {
  await using test = createTestEngine()
  const slow = defineFunction({
    name: 'scheduling_blocking',
    args: { n: t.int() },
    returns: t.int(),
    run: ({ n }) => {
      const end = performance.now() + 110
      while (performance.now() < end);
      return n
    },
  })
  await test.engine.run(planOf(numbers.computed('a', (c) => slow({ n: c.n }))), rowsOf(2))
  expect(test.warnings).toMatchObject([{ code: 'SLOW_FUNCTION', function: 'scheduling_blocking' }])
})
