import { expect, test } from 'vitest'
import { Coalescer } from './coalescer.ts'

const tick = () => new Promise((resolve) => setImmediate(resolve))

test('a lone item runs at once and alone', async () => {
  const runs: number[][] = []
  const coalescer = new Coalescer<number, number>({
    slots: 1,
    maxItems: 10,
    run: async (items) => items,
    runAlone: async (item) => {
      runs.push([item])
      return item * 2
    },
  })
  expect(await coalescer.submit(4)).toBe(8)
  expect(runs).toEqual([[4]])
})

test('items that arrive while the slots are busy share the next runs, bounded', async () => {
  const runs: number[][] = []
  const coalescer = new Coalescer<number, number>({
    slots: 1,
    maxItems: 2,
    run: async (items) => {
      runs.push([...items])
      await tick()
      return items.map((item) => item * 2)
    },
    runAlone: async (item) => {
      runs.push([item])
      await tick()
      return item * 2
    },
  })
  expect(await Promise.all([1, 2, 3, 4].map((item) => coalescer.submit(item)))).toEqual([2, 4, 6, 8])
  expect(runs).toEqual([[1], [2, 3], [4]])
})

test('when a shared run fails each item gets the outcome it would have had alone', async () => {
  const coalescer = new Coalescer<number, number>({
    slots: 1,
    maxItems: 10,
    run: async () => {
      throw new RangeError('shared')
    },
    runAlone: async (item) => {
      await tick()
      if (item === 2) throw new TypeError('two')
      return item
    },
  })
  const outcomes = await Promise.allSettled([1, 2, 3].map((item) => coalescer.submit(item)))
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await coalescer.submit(5)).toBe(5)
})

test('items of equal keys never share a run, and keep their order', async () => {
  const runs: string[][] = []
  const run = async (items: readonly string[]) => {
    runs.push([...items])
    await tick()
    return items
  }
  const coalescer = new Coalescer<string, string>({
    slots: 1,
    maxItems: 10,
    gather: true,
    keyOf: (item) => item[0],
    run,
    runAlone: async (item) => (await run([item]))[0] ?? '',
  })
  await Promise.all(['a1', 'b1', 'a2', 'c1', 'a3'].map((item) => coalescer.submit(item)))
  expect(runs).toEqual([['a1', 'b1', 'c1'], ['a2'], ['a3']])
})

test('a run ends before its items weigh too much', async () => {
  const runs: number[][] = []
  const coalescer = new Coalescer<number, number>({
    slots: 1,
    maxItems: 10,
    gather: true,
    weightOf: (item) => item,
    maxWeight: 10,
    run: async (items) => {
      runs.push([...items])
      return items
    },
    runAlone: async (item) => {
      runs.push([item])
      return item
    },
  })
  await Promise.all([4, 5, 50, 3].map((item) => coalescer.submit(item)))
  expect(runs).toEqual([[4, 5], [50], [3]])
})

test('nothing runs again after an error that leaves the outcome open', async () => {
  let alone = 0
  const coalescer = new Coalescer<number, number>({
    slots: 1,
    maxItems: 10,
    gather: true,
    mayRepeat: (error) => !(error instanceof RangeError),
    run: async () => {
      throw new RangeError('connection lost')
    },
    runAlone: async (item) => {
      alone += 1
      return item
    },
  })
  const outcomes = await Promise.allSettled([1, 2].map((item) => coalescer.submit(item)))
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
  expect(alone).toBe(0)
})

test('where the run before had one item, the next begins in the same turn', async () => {
  const began: number[] = []
  const coalescer = new Coalescer<number, number>({
    slots: 1,
    maxItems: 10,
    gather: true,
    run: async (items) => {
      began.push(...items)
      return items
    },
    runAlone: async (item) => {
      began.push(item)
      return item
    },
  })
  const first = coalescer.submit(1)
  expect(began).toEqual([])
  await first
  await tick()
  const second = coalescer.submit(2)
  expect(began).toEqual([1, 2])
  await second
})
