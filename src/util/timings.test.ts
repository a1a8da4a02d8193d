import { expect, it } from 'vitest'
import { measures, type Timings, timed, withTimings } from './timings.ts'

it('adds up what is done inside, failures too, and nothing from outside', async () => {
  expect(measures()).toBe(false)
  const [one, two]: Timings[] = [new Map(), new Map()]
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 10))
  await Promise.all([
    withTimings(one as Timings, async () => {
      await timed('a', wait)
      await timed('a', wait)
      await timed('b', () => Promise.reject(new Error('no'))).catch(() => {})
    }),
    withTimings(two as Timings, () => timed('c', wait)),
    timed('outside', wait),
  ])
  expect(measures()).toBe(true)
  expect([...(one as Timings).keys()]).toEqual(['a', 'b'])
  expect([...(two as Timings).keys()]).toEqual(['c'])
  expect(one?.get('a')).toBeGreaterThan(15)
})
