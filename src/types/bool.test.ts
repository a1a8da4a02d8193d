import { describe, expect, test } from 'vitest'
import { types } from './kinds.ts'
import { invalid } from './testing/refusal.ts'

describe('t.bool', () => {
  test('reads what Postgres and forms write', () => {
    expect(['t', 'f'].map(types.bool.decode)).toEqual([true, false])
    expect(['true', 'false'].map(types.bool.parseText)).toEqual([true, false])
  })

  test.each(['', '1', 'on', 'TRUE', 't'])('refuses the text %j', (text) => {
    expect(() => types.bool.parseText(text)).toThrowError(invalid)
  })

  test.each([0, 1, 'true', null])('refuses %j', (value) => {
    for (const parse of [types.bool.parse, types.bool.parseWire]) expect(() => parse(value)).toThrowError(invalid)
  })

  test('orders false before true', () => {
    expect([true, false].sort(types.bool.compare)).toEqual([false, true])
  })
})
