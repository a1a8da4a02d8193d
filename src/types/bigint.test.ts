import { describe, expect, test } from 'vitest'
import { types } from './kinds.ts'
import { invalid, throughText } from './testing/refusal.ts'

const LEAST = -(2n ** 63n)
const GREATEST = 2n ** 63n - 1n

describe('t.bigint', () => {
  test.each([0n, -1n, LEAST, GREATEST])('keeps %d', (value) => {
    expect(throughText(types.bigint, value)).toBe(value)
    expect(types.bigint.toWire(value)).toBe(String(value))
    expect(types.bigint.parseWire(String(value))).toBe(value)
    expect(types.bigint.fromStoredJson(types.bigint.toStoredJson(value))).toBe(value)
  })

  test('takes safe numbers in the library, only text on the wire', () => {
    expect(types.bigint.parse(5)).toBe(5n)
    expect(types.bigint.parseText('+5')).toBe(5n)
    expect(() => types.bigint.parseWire(5)).toThrowError(invalid)
  })

  test.each([LEAST - 1n, GREATEST + 1n, 2 ** 53, 1.5, Number.NaN, '5', null])('refuses %s', (value) => {
    expect(() => types.bigint.parse(value)).toThrowError(invalid)
  })

  test.each(['', '1.0', '0x1', ' 1', '9223372036854775808', '1'.repeat(1000)])('refuses the text %j', (text) => {
    expect(() => types.bigint.parseText(text)).toThrowError(invalid)
  })

  test('orders by value', () => {
    expect([3n, LEAST, GREATEST, 0n].sort(types.bigint.compare)).toEqual([LEAST, 0n, 3n, GREATEST])
  })
})
