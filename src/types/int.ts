import { assertBounds, assertOptions, givenOptions } from './check-options.ts'
import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'
import { assertRange } from './number-range.ts'
import type { NumberOptions } from './options.ts'

const TEXT = /^[+-]?\d+$/

export function intType(options: NumberOptions = {}): ColumnType<number> {
  assertOptions('int', options, ['min', 'max'])
  const range = Object.freeze(givenOptions({ min: options.min, max: options.max }))
  assertBounds('int', range, true)
  const limited = Object.keys(range).length > 0
  const parse = limited ? (value: unknown) => assertRange(parseInt53(value), range) : parseInt53
  return createColumnType({
    kind: 'int',
    postgres: 'int8',
    parse,
    parseWire: parse,
    parseText: (text) => parse(TEXT.test(text) ? Number(text) : text),
    encode: (value) => value,
    decode: (text) => Number(text),
    toWire: (value) => value,
    wireText: (text) => text,
    toStoredJson: (value) => value,
    fromStoredJson: (json) => json as number,
    compare: (a, b) => a - b,
    jsonSchema: () => ({
      type: 'integer',
      minimum: range.min ?? Number.MIN_SAFE_INTEGER,
      maximum: range.max ?? Number.MAX_SAFE_INTEGER,
    }),
    toJson: () => ({ kind: 'int', ...range }),
    byteSize: () => 8,
  })
}

function parseInt53(value: unknown): number {
  // Adding 0 turns -0, which an int8 cannot hold, into 0.
  if (Number.isSafeInteger(value)) return (value as number) + 0
  if (typeof value !== 'number') throw wrongType('a whole number', value)
  if (Number.isInteger(value)) throw invalidValue('is beyond ±(2^53-1); use t.bigint for such numbers')
  throw invalidValue('is not a whole number')
}
