import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrayType } from './array.ts'
import { readArrayText } from './array-text.ts'
import { columnTypeFromJson } from './column-type-from-json.ts'
import { jsonType } from './json.ts'
import { types } from './kinds.ts'
import { invalid, invalidAt, misdeclared, throughText } from './testing/refusal.ts'
import { vectorType } from './vector.ts'

const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'))

describe('t.array of scalars', () => {
  test('keeps texts and nulls, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.option(text)), (values) => {
        expect(throughText(arrayType(types.string, true), values)).toEqual(values)
      }),
    )
  })

  test.each([
    ['{}', []],
    ['{a,b}', ['a', 'b']],
    ['{a,"b c",NULL,"NULL",""}', ['a', 'b c', null, 'NULL', '']],
    ['{"a\\"b","c\\\\d","e,f","{g}"}', ['a"b', 'c\\d', 'e,f', '{g}']],
    ['{NULL}', [null]],
    ['{"\n"}', ['\n']],
    ['[2:3]={a,b}', ['a', 'b']],
  ])('reads %s', (literal, elements) => {
    expect(readArrayText(literal)).toEqual(elements)
  })

  test.each([
    [types.int, [1, -5], '{1,-5}'],
    [types.float, [Number.NaN, 0.1, -0], '{NaN,0.1,"-0"}'],
    [types.bool, [true, false], '{true,false}'],
    [types.bigint, [2n ** 62n], `{${2n ** 62n}}`],
    [types.decimal, ['1.50'], '{"1.50"}'],
    [types.date, ['2024-05-01'], '{"2024-05-01"}'],
    [types.binary, [new Uint8Array([1, 255])], '{"\\\\x01ff"}'],
  ])('writes and reads elements of type $kind', (element, values, literal) => {
    const array = arrayType(element)
    expect(array.encode(array.parse(values))).toBe(literal)
    expect(array.decode(literal.replace('true', 't').replace('false', 'f'))).toEqual(values)
    expect(array.postgres).toMatch(/\[\]/)
  })

  test('is a Postgres array in the order "C" for text', () => {
    expect(arrayType(types.string).postgres).toBe('text[] collate "C"')
    expect(arrayType(types.string).cast).toBe('text[]')
  })

  test('names the elements that cannot be used', () => {
    expect(() => arrayType(types.int).parse([1, 'x', null, 1.5])).toThrowError(invalidAt([1], [2], [3]))
    expect(() => arrayType(types.int, true).parse([null, undefined])).toThrowError(invalidAt([1]))
    for (const value of ['{1}', 5, null, { 0: 1, length: 1 }]) {
      expect(() => arrayType(types.int).parse(value)).toThrowError(invalid)
    }
  })

  test('stops after the first problems of a long array', () => {
    const values = Array.from({ length: 1000 }, () => 'x')
    expect(() => arrayType(types.int).parse(values)).toThrowError(
      expect.objectContaining({ issues: expect.objectContaining({ length: 20 }) }),
    )
  })

  test('reads repeated keys by the text form of its elements, and one text as JSON', () => {
    expect(arrayType(types.int).parseTexts?.(['1', '2'])).toEqual([1, 2])
    expect(arrayType(types.int).parseText('[1,2]')).toEqual([1, 2])
    expect(() => arrayType(types.int).parseTexts?.(['1', 'x'])).toThrowError(invalidAt([1]))
    expect(() => arrayType(types.int).parseText('1,2')).toThrowError(invalid)
  })

  test('speaks the wire form of its elements', () => {
    const times = arrayType(types.timestamp)
    const values = times.parseWire(['2024-05-01T00:00:00Z'])
    expect(values).toEqual([new Date('2024-05-01T00:00:00Z')])
    expect(times.toWire(values)).toEqual(['2024-05-01T00:00:00.000Z'])
    expect(arrayType(types.string, true).jsonSchema('input')).toEqual({
      type: 'array',
      items: { type: ['string', 'null'] },
    })
  })
})

describe('t.array of anything else', () => {
  const floats = arrayType(arrayType(types.float, true))

  test.each([
    [[]],
    [[[]]],
    [
      [
        [1, null],
        [Number.NaN, -0, Number.NEGATIVE_INFINITY],
      ],
    ],
  ])('keeps %j as jsonb', (value) => {
    expect(floats.postgres).toBe('jsonb')
    expect(throughText(floats, value)).toEqual(value)
  })

  test('keeps JSON, bigints and vectors', () => {
    const cases = [
      [arrayType(jsonType()), [{ a: [1] }, 'x', []]],
      [arrayType(arrayType(types.bigint)), [[2n ** 60n]]],
      [arrayType(vectorType(2)), [new Float32Array([0.1, -0])]],
    ] as const
    for (const [type, value] of cases) expect(throughText(type, value)).toEqual(value)
  })

  test('gives nested paths', () => {
    expect(() => floats.parse([[1], [2, 'x']])).toThrowError(invalidAt([1, 1]))
  })

  test('survives the catalog', () => {
    const read = columnTypeFromJson(JSON.parse(JSON.stringify(floats.toJson())))
    expect(read.toJson()).toEqual(floats.toJson())
    expect(read.parse([[null]])).toEqual([[null]])
  })

  test('holds no media', () => {
    expect(() => arrayType(types.image)).toThrowError(misdeclared)
  })
})
