import { describe, expect, test } from 'vitest'
import { types } from './kinds.ts'
import { invalid } from './testing/refusal.ts'

describe('t.date', () => {
  test.each(['2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('keeps %s', (day) => {
    for (const parse of [types.date.parse, types.date.parseWire]) expect(parse(day)).toBe(day)
    expect(types.date.decode(day)).toBe(day)
  })

  test('takes the day in UTC of a Date', () => {
    expect(types.date.parse(new Date('2024-05-01T23:59:59.999Z'))).toBe('2024-05-01')
    expect(() => types.date.parseWire(new Date())).toThrowError(invalid)
  })

  test.each([
    '2023-02-29',
    '1900-02-29',
    '2024-04-31',
    '2024-00-10',
    '2024-13-01',
    '0000-01-01',
    '10000-01-01',
    '2024-5-1',
    '2024-05-01T00:00:00Z',
    '',
    20240501,
    null,
    new Date(Number.NaN),
    new Date('+010000-01-01T00:00:00Z'),
  ])('refuses %s', (value) => {
    expect(() => types.date.parse(value)).toThrowError(invalid)
  })
})
