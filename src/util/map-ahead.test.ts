import { expect, test } from 'vitest'
import { mapAhead } from './map-ahead.ts'

const tick = () => new Promise((resolve) => setImmediate(resolve))

test('results come in order while a bounded number of items is under way', async () => {
  let running = 0
  let most = 0
  const work = async (n: number) => {
    running += 1
    most = Math.max(most, running)
    for (let i = 0; i < 5 - n; i += 1) await tick()
    running -= 1
    return n * 2
  }
  const results: number[] = []
  for await (const result of mapAhead([1, 2, 3, 4], 2, work)) results.push(result)
  expect(results).toEqual([2, 4, 6, 8])
  expect(most).toBe(2)
})

test('an error ends it, after what was started with it', async () => {
  const ended: number[] = []
  const work = async (n: number) => {
    if (n === 1) throw new RangeError('first')
    await tick()
    ended.push(n)
    return n
  }
  const all = async () => {
    for await (const _ of mapAhead([1, 2, 3], 2, work));
  }
  await expect(all()).rejects.toThrow(RangeError)
  expect(ended).toEqual([2])
})

test('an error of the items waits for its turn', async () => {
  async function* items() {
    yield 1
    throw new RangeError('second')
  }
  const work = async (n: number) => {
    await tick()
    if (n === 1) throw new TypeError('first')
    return n
  }
  const all = async () => {
    for await (const _ of mapAhead(items(), 3, work));
  }
  await expect(all()).rejects.toThrow(TypeError)
})

test('stages can follow each other, and ending the last one ends the first', async () => {
  const ended: string[] = []
  async function* items() {
    try {
      for (let n = 0; ; n += 1) yield n
    } finally {
      ended.push('items')
    }
  }
  const step = (name: string) => async (n: number) => {
    await tick()
    if (n < 4) ended.push(`${name} ${n}`)
    return n
  }
  for await (const n of mapAhead(mapAhead(items(), 2, step('first')), 2, step('second'))) if (n === 1) break
  const started = ['first 0', 'second 0', 'first 1', 'second 1', 'first 2', 'second 2']
  expect(ended).toEqual(expect.arrayContaining(['items', ...started]))
})
