import { describe, expect, test } from 'vitest'
import { intType } from './int.ts'
import { types } from './kinds.ts'
import { invalid, misdeclared, throughText } from './testing/refusal.ts'

describe('t.int', () => {
  test.each([0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])('keeps %d', (value) => {
    expect(throughText(types.int, value)).toBe(value)
    expect(types.int.parseWire(value)).toBe(value)
    expect(types.int.parseText(String(value))).toBe(value)
  })

  test('takes -0 for 0', () => {
    expect(types.int.parse(-0)).toBe(0)
    expect(types.int.parseText('-0')).toBe(0)
  })

  test.each([1.5, 2 ** 53, -(2 ** 53), Number.NaN, Number.POSITIVE_INFINITY, '7', true, null, 7n, [7]])(
    'refuses %s',
    (value) => {
      for (const parse of [types.int.parse, types.int.parseWire]) expect(() => parse(value)).toThrowError(invalid)
    },
  )

  test.each(['', ' ', '7.0', '1e3', '0x10', '9007199254740992', 'seven', '7 '])('refuses the text %j', (text) => {
    expect(() => types.int.parseText(text)).toThrowError(invalid)
  })

  test('holds values to bounds, which belong to the range', () => {
    const percent = intType({ min: 0, max: 100 })
    expect([percent.parse(0), percent.parse(100)]).toEqual([0, 100])
    for (const value of [-1, 101]) expect(() => percent.parse(value)).toThrowError(invalid)
    expect(percent.jsonSchema('input')).toEqual({ type: 'integer', minimum: 0, maximum: 100 })
  })

  test.each([{ min: 0.5 }, { min: 2, max: 1 }, { step: 2 }])('refuses the options %j', (options) => {
    expect(() => intType(options as never)).toThrowError(misdeclared)
  })
})
