import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { columnTypeFromJson } from './column-type-from-json.ts'
import { floatType } from './float.ts'
import { types } from './kinds.ts'
import { invalid, misdeclared, throughText } from './testing/refusal.ts'

describe('t.float', () => {
  test('keeps every double, the sign of zero and NaN included', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(throughText(types.float, value)).toBe(value)
        expect(types.float.fromStoredJson(JSON.parse(JSON.stringify(types.float.toStoredJson(value))))).toBe(value)
      }),
    )
  })

  test.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [-0, '-0'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
  ])('reads %d as Postgres writes it: %s', (value, text) => {
    expect(types.float.decode(text)).toBe(value)
  })

  test('says null on the wire for what JSON has no number for', () => {
    expect([Number.NaN, Number.POSITIVE_INFINITY, 1.5].map(types.float.toWire)).toEqual([null, null, 1.5])
  })

  test('refuses infinities on the wire: there they are numbers too large to read', () => {
    expect(() => types.float.parseWire(JSON.parse('1e400'))).toThrowError(invalid)
  })

  test('orders NaN last, and -0 with 0', () => {
    const { compare } = types.float
    expect([Number.NaN, 1, Number.POSITIVE_INFINITY, -1].sort(compare)).toEqual([
      -1,
      1,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ])
    expect([compare(-0, 0), compare(Number.NaN, Number.NaN)]).toEqual([0, 0])
  })

  test.each(['', 'NaN', 'Infinity', '1e999', '0x1', '1,5', '.', 'e5'])('refuses the text %j', (text) => {
    expect(() => types.float.parseText(text)).toThrowError(invalid)
  })

  test.each([
    ['7', 7],
    ['-.5', -0.5],
    ['1e3', 1000],
    ['2.', 2],
  ])('reads the text %s', (text, value) => {
    expect(types.float.parseText(text)).toBe(value)
  })

  test('holds values to bounds; NaN is in no range', () => {
    const type = floatType({ min: 0, max: Number.POSITIVE_INFINITY })
    expect(type.parse(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY)
    for (const value of [-0.1, Number.NaN]) expect(() => type.parse(value)).toThrowError(invalid)
    expect(columnTypeFromJson(JSON.parse(JSON.stringify(type.toJson()))).toJson()).toEqual(type.toJson())
    expect(() => floatType({ min: Number.NaN })).toThrowError(misdeclared)
  })
})
