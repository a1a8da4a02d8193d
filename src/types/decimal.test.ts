import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalType } from './decimal.ts'
import { types } from './kinds.ts'
import { invalid, misdeclared } from './testing/refusal.ts'

describe('t.decimal', () => {
  test.each([
    ['0', '0'],
    ['-0.00', '0.00'],
    ['+007.10', '7.10'],
    ['.5', '0.5'],
    ['-.5', '-0.5'],
    ['1.', '1'],
    ['123456789012345678901234567890.123456789', '123456789012345678901234567890.123456789'],
    [12.5, '12.5'],
    [-0, '0'],
    [1e21, '1000000000000000000000'],
    [-1.5e-7, '-0.00000015'],
    [1.7976931348623157e308, `17976931348623157${'0'.repeat(292)}`],
  ])('writes %s as Postgres does: %s', (value, text) => {
    expect(types.decimal.parse(value)).toBe(text)
  })

  test('writes every finite double exactly as it prints', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(types.decimal.parse(value))).toBe(value + 0)
      }),
    )
  })

  test.each([
    '',
    '.',
    '-',
    '1e3',
    'NaN',
    'Infinity',
    '1,5',
    ' 1',
    '0x1',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    5n,
    null,
  ])('refuses %s', (value) => {
    expect(() => types.decimal.parse(value)).toThrowError(invalid)
  })

  test('takes only text on the wire', () => {
    expect(types.decimal.parseWire('1.50')).toBe('1.50')
    expect(() => types.decimal.parseWire(1.5)).toThrowError(invalid)
  })

  test('refuses more digits than numeric holds', () => {
    expect(types.decimal.parse('9'.repeat(131_072))).toHaveLength(131_072)
    expect(() => types.decimal.parse('9'.repeat(131_073))).toThrowError(invalid)
    expect(() => types.decimal.parse(`0.${'9'.repeat(16_384)}`)).toThrowError(invalid)
  })

  test('orders by value, however it is written', () => {
    const sorted = ['-10', '-9.5', '-0.1', '0', '0.09', '0.1', '1.5', '2', '10', '100']
    expect([...sorted].reverse().sort(types.decimal.compare)).toEqual(sorted)
    expect([types.decimal.compare('1.5', '1.50'), types.decimal.compare('0', '0.00')]).toEqual([0, 0])
  })

  test('orders as numbers do', () => {
    const value = fc
      .tuple(fc.integer(), fc.integer({ min: 0, max: 6 }))
      .map(([n, scale]) => (n / 10 ** scale).toFixed(scale))
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(Math.sign(types.decimal.compare(a, b))).toBe(Math.sign(Number(a) - Number(b)))
      }),
    )
  })
})

describe('t.decimal with precision and scale', () => {
  const money = decimalType(6, 2)

  test.each([
    ['1.5', '1.50'],
    ['1', '1.00'],
    ['9999.99', '9999.99'],
    ['1.500', '1.50'],
    ['-0.001'.slice(0, 4), '0.00'],
    [3, '3.00'],
  ])('fills up %s to %s', (value, text) => {
    expect(money.parse(value)).toBe(text)
  })

  test.each(['1.505', '10000', '-10000.00'])('refuses %s instead of rounding or cutting it', (value) => {
    expect(() => money.parse(value)).toThrowError(invalid)
  })

  test('has no digits before the point when all belong to the fraction', () => {
    expect(decimalType(2, 2).parse('0.25')).toBe('0.25')
    expect(() => decimalType(2, 2).parse('1.25')).toThrowError(invalid)
  })

  test.each([[0], [1001], [1.5], [5, 6], [5, -1], [undefined, 2]])('refuses (%s, %s)', (precision, scale?) => {
    expect(() => decimalType(precision, scale)).toThrowError(misdeclared)
  })

  test('is a whole number without a scale, as in Postgres', () => {
    expect(decimalType(3).postgres).toBe('numeric(3,0)')
    expect(() => decimalType(3).parse('1.5')).toThrowError(invalid)
  })
})
