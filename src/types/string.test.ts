import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { columnTypeFromJson } from './column-type-from-json.ts'
import { types } from './kinds.ts'
import { stringType } from './string.ts'
import { invalid, misdeclared } from './testing/refusal.ts'

describe('t.string', () => {
  test('keeps every well-formed text without NUL as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\0'))
        expect(types.string.decode(String(types.string.encode(types.string.parse(text))))).toBe(text)
      }),
    )
  })

  test.each([3, null, true, ['a'], {}, 'a\0b', '\ud800', 'a\udc00b'])('refuses %j', (value) => {
    for (const parse of [types.string.parse, types.string.parseWire]) expect(() => parse(value)).toThrowError(invalid)
  })

  test('orders by code point, not by UTF-16 unit', () => {
    const sorted = ['', 'A', 'a', 'aa', 'b', 'ü', '\ud7ff', '\uffff', '😀', '\u{10ffff}']
    expect([...sorted].reverse().sort(types.string.compare)).toEqual(sorted)
  })

  test('orders as the bytes of UTF-8 do', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(types.string.compare(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })
})

describe('limits of t.string', () => {
  const short = stringType({ min: 2, max: 3 })

  test.each(['ab', 'abc', '😀😀', '😀😀😀'])('counts code points: %s is 2 to 3 long', (text) => {
    expect(short.parse(text)).toBe(text)
  })

  test.each(['', 'a', '😀', 'abcd', '😀😀😀😀'])('refuses %j, which is not 2 to 3 long', (text) => {
    expect(() => short.parse(text)).toThrowError(invalid)
  })

  test('holds values to a pattern and to a list', () => {
    expect(stringType({ pattern: /^a+$/ }).parse('aa')).toBe('aa')
    expect(() => stringType({ pattern: /^a+$/ }).parse('ab')).toThrowError(invalid)
    expect(stringType({ enum: ['x', 'y'] }).parseText('y')).toBe('y')
    expect(() => stringType({ enum: ['x', 'y'] }).parse('z')).toThrowError(invalid)
  })

  test.each([
    { min: 3, max: 2 },
    { min: 1.5 },
    { max: '3' },
    { pattern: 'a' },
    { pattern: /a/g },
    { enum: [] },
    { length: 3 },
  ])('refuses the options %j', (options) => {
    expect(() => stringType(options as never)).toThrowError(misdeclared)
  })

  test('survive the catalog', () => {
    const type = stringType({ min: 1, max: 5, pattern: /^[a-z]+$/i, enum: ['ab', 'CD'] })
    const read = columnTypeFromJson(JSON.parse(JSON.stringify(type.toJson())))
    expect(read.toJson()).toEqual(type.toJson())
    expect(read.parse('CD')).toBe('CD')
    expect(() => read.parse('xy')).toThrowError(invalid)
  })

  test('are described by JSON Schema, except flags, which it does not know', () => {
    const limits = { minLength: 1, maxLength: 5 }
    expect(stringType({ min: 1, max: 5, pattern: /^a/, enum: ['a'] }).jsonSchema('input')).toEqual({
      type: 'string',
      ...limits,
      pattern: '^a',
      enum: ['a'],
    })
    expect(stringType({ min: 1, max: 5, pattern: /^a/i }).jsonSchema('output')).toEqual({ type: 'string', ...limits })
  })
})
