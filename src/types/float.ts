import type { JsonValue } from '../util/json.ts'
import { assertBounds, assertOptions, givenOptions } from './check-options.ts'
import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'
import { assertRange } from './number-range.ts'
import type { NumberOptions } from './options.ts'

const TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

export function floatType(options: NumberOptions = {}): ColumnType<number> {
  assertOptions('float', options, ['min', 'max'])
  const range = Object.freeze(givenOptions({ min: options.min, max: options.max }))
  assertBounds('float', range, false)
  const limited = Object.keys(range).length > 0
  const parse = limited ? (value: unknown) => assertRange(parseDouble(value), range) : parseDouble
  const parseWire = (value: unknown) => parse(finite(value))
  return createColumnType({
    kind: 'float',
    postgres: 'float8',
    parse,
    parseWire,
    parseText: (text) => parseWire(TEXT.test(text) ? Number(text) : text),
    encode: (value) => (Object.is(value, -0) ? '-0' : value),
    decode: (text) => Number(text),
    toWire: (value) => (Number.isFinite(value) ? value : null),
    toStoredJson: (value) => (Number.isFinite(value) && !Object.is(value, -0) ? value : writeSpecial(value)),
    fromStoredJson: (json) => Number(json),
    compare: compareFloat,
    jsonSchema: () => ({ type: 'number', format: 'double', ...rangeSchema(range) }),
    toJson: () => ({ kind: 'float', ...rangeToJson(range) }),
    byteSize: () => 8,
  })
}

/** Reads bounds, which can be infinite, as `toJson` wrote them. */
export function floatFromJson({ min, max }: { min?: JsonValue; max?: JsonValue }): ColumnType<number> {
  const bound = (value: JsonValue | undefined) => (value === undefined ? undefined : Number(value))
  return floatType(givenOptions({ min: bound(min), max: bound(max) }))
}

/** NaN equals itself and is greater than everything else; -0 equals 0. As Postgres. */
export function compareFloat(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

function parseDouble(value: unknown): number {
  if (typeof value !== 'number') throw wrongType('a number', value)
  return value
}

function finite(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalidValue('is too large for a double')
  return value
}

const writeSpecial = (value: number) => (Object.is(value, -0) ? '-0' : String(value))

function rangeSchema({ min, max }: NumberOptions) {
  return {
    ...(min !== undefined && Number.isFinite(min) ? { minimum: min } : {}),
    ...(max !== undefined && Number.isFinite(max) ? { maximum: max } : {}),
  }
}

function rangeToJson({ min, max }: NumberOptions) {
  const write = (bound: number) => (Number.isFinite(bound) ? bound : String(bound))
  return { ...(min === undefined ? {} : { min: write(min) }), ...(max === undefined ? {} : { max: write(max) }) }
}
