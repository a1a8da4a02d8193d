import type { JsonObject } from '../util/json.ts'
import { invalidType } from './check-options.ts'
import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { compareFloat } from './float.ts'
import { invalidValue, wrongType } from './invalid-value.ts'

/** What pgvector can store. */
const MAX_DIMENSIONS = 16_000

/** Single-precision floats, all finite. */
export function vectorType(dimensions: number): ColumnType<Float32Array> {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > MAX_DIMENSIONS)
    throw invalidType('vector', `its dimensions are a whole number from 1 to ${MAX_DIMENSIONS}`)
  const parse = (value: unknown) => parseVector(value, dimensions)
  const parseTexts = (texts: readonly string[]) => parse(texts.map(readNumber))
  return createColumnType({
    kind: 'vector',
    postgres: `vector(${dimensions})`,
    cast: 'vector',
    bulk: { parameter: 'text[]', element: '::vector' },
    ordered: false,
    scalar: false,
    parse,
    parseWire: (value) => (Array.isArray(value) ? parse(value) : parse(undefined)),
    parseText: (text) => parseTexts(text.replace(/^\s*\[(.*)\]\s*$/s, '$1').split(',')),
    parseTexts,
    encode: writeVector,
    decode: (text) => Float32Array.from(JSON.parse(text) as number[]),
    toWire: (value) => [...value],
    toStoredJson: (value) => Array.from(value, signed),
    fromStoredJson: (json) => Float32Array.from(json as (number | string)[], Number),
    compare: compareVectors,
    jsonSchema: () => ({ type: 'array', items: { type: 'number' }, minItems: dimensions, maxItems: dimensions }),
    toJson: () => ({ kind: 'vector', dimensions }),
    byteSize: () => 4 * dimensions + 64,
  })
}

export function vectorFromJson(json: JsonObject): ColumnType<Float32Array> {
  return vectorType(json.dimensions as number)
}

function parseVector(value: unknown, dimensions: number): Float32Array {
  if (!(Array.isArray(value) || value instanceof Float32Array || value instanceof Float64Array))
    throw wrongType('an array of numbers', value)
  if (value.length !== dimensions) throw invalidValue(`has ${value.length} dimensions instead of ${dimensions}`)
  const vector = value instanceof Float32Array ? value : new Float32Array(dimensions)
  for (let i = 0; i < dimensions; i += 1) {
    const element: unknown = value[i]
    if (typeof element !== 'number') throw invalidValue('is not a number', [i])
    if (vector !== value) vector[i] = element
    if (!Number.isFinite(vector[i])) throw invalidValue('is not a finite number of single precision', [i])
  }
  return vector
}

/** Negative zero as text; JavaScript and JSON write it without its sign. */
const signed = (element: number): number | string => (Object.is(element, -0) ? '-0' : element)

function writeVector(vector: Float32Array): string {
  let text = '['
  for (let i = 0; i < vector.length; i += 1) text += `${i === 0 ? '' : ','}${signed(vector[i] as number)}`
  return `${text}]`
}

function readNumber(text: string): unknown {
  return text.trim() === '' ? text : Number(text)
}

function compareVectors(a: Float32Array, b: Float32Array): number {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const order = compareFloat(a[i] as number, b[i] as number)
    if (order !== 0) return order
  }
  return a.length - b.length
}
