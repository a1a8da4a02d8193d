import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { invalid, invalidAt, misdeclared, throughText } from './testing/refusal.ts'
import { vectorType } from './vector.ts'

describe('t.vector', () => {
  test('keeps every finite single-precision float, the sign of zero included', () => {
    const elements = fc.float32Array({ minLength: 3, maxLength: 3, noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(elements, (value) => {
        const type = vectorType(3)
        expect(throughText(type, value)).toEqual(value)
        expect(type.fromStoredJson(JSON.parse(JSON.stringify(type.toStoredJson(value))))).toEqual(value)
      }),
    )
  })

  test('rounds numbers to single precision', () => {
    expect(vectorType(2).parse([0.1, 1])).toEqual(Float32Array.of(0.1, 1))
    expect(vectorType(1).parse(new Float64Array([0.5]))).toEqual(Float32Array.of(0.5))
  })

  test.each([
    [[1, 2], []],
    [[1, 2, 3, 4], []],
    [[1, 'x', 3], [1]],
    [[1, 2, Number.NaN], [2]],
    [[1e39, 2, 3], [0]],
    ['[1,2,3]', []],
    [null, []],
  ])('refuses %j', (value, path) => {
    expect(() => vectorType(3).parse(value)).toThrowError(invalidAt(path))
  })

  test('reads text in brackets, and repeated keys', () => {
    expect(vectorType(2).parseText('[1, 2.5]')).toEqual(Float32Array.of(1, 2.5))
    expect(vectorType(2).parseTexts?.(['1', '2.5'])).toEqual(Float32Array.of(1, 2.5))
    for (const text of ['', '[]', '[1]', '[1,]', '[a,b]']) expect(() => vectorType(2).parseText(text)).toThrowError(/./)
  })

  test('takes only arrays on the wire', () => {
    expect(vectorType(1).toWire(vectorType(1).parseWire([0.5]))).toEqual([0.5])
    expect(() => vectorType(1).parseWire(Float32Array.of(1))).toThrowError(invalid)
  })

  test.each([0, -1, 1.5, 16_001, '3'])('refuses %s dimensions', (dimensions) => {
    expect(() => vectorType(dimensions as number)).toThrowError(misdeclared)
  })
})
