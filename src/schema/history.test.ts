import { expect, test } from 'vitest'
import { keepMilliseconds, parseHistory } from './history.ts'

test('history is kept for thirty days unless the declaration says otherwise', () => {
  expect(parseHistory('t', undefined)).toEqual({ keep: '30d' })
  expect(parseHistory('t', false)).toBe(false)
  expect(parseHistory('t', true)).toBe(true)
})

test.each([
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['30d', 2_592_000_000],
  ['2w', 1_209_600_000],
  ['1y', 31_536_000_000],
])('%s is %i milliseconds', (keep, milliseconds) => {
  expect(keepMilliseconds({ keep })).toBe(milliseconds)
})

test.each(['', '30', 'd', '0d', '-1d', '1.5d', '30 d', '30days'])('%j is not a time', (keep) => {
  expect(() => parseHistory('t', { keep })).toThrowError(expect.objectContaining({ code: 'INVALID_DECLARATION' }))
})

test('history without a limit has no time', () => {
  expect(keepMilliseconds(true)).toBeUndefined()
})
