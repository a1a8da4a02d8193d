import type { Issue } from '../errors/cellar-error.ts'
import type { JsonObject, JsonValue } from '../util/json.ts'
import { readArrayText, writeArrayElement } from './array-text.ts'
import { invalidType } from './check-options.ts'
import type { ColumnType, ElementType, Encoded } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { InvalidValue, invalidValue, issuesAt, wrongType } from './invalid-value.ts'
import { nullableSchema } from './nullable-schema.ts'

type Values = readonly unknown[]

/** More than these are not reported one by one. */
const MAX_ISSUES = 20

/** Scalars are kept as a Postgres array, everything else as jsonb. */
export function arrayType(element: ColumnType, nullable = false): ColumnType<Values> {
  if (element.media) throw invalidType('array', 'it cannot hold media; use a table of its own for them')
  const of: ElementType = Object.freeze({ type: element, nullable })
  const storage = element.scalar ? scalarStorage(of) : jsonStorage(of)
  const parse = (value: unknown) => parseElements(value, of, element.parse)
  return createColumnType<Values>({
    kind: 'array',
    ...storage,
    ordered: false,
    scalar: false,
    element: of,
    parse,
    parseWire: (value) => parseElements(value, of, element.parseWire),
    parseText: (text) => parseElements(readList(text), of, element.parseWire),
    parseTexts: (texts) => parseElements(texts, of, (text) => element.parseText(text as string)),
    toWire: (values) => values.map((value) => (value === null ? null : element.toWire(value))),
    toStoredJson: (values) => toStored(values, of),
    fromStoredJson: (json) => fromStored(json, of),
    compare: (a, b) => compareElements(a, b, of),
    jsonSchema: (side) => ({ type: 'array', items: nullableSchema(element.jsonSchema(side), nullable) }),
    toJson: () => ({ kind: 'array', element: element.toJson(), nullable }),
    byteSize: (values) =>
      values.reduce<number>((sum, value) => sum + (value === null ? 8 : element.byteSize(value)), 32),
  })
}

type Storage = Pick<ColumnType<Values>, 'postgres' | 'cast' | 'bulk' | 'encode' | 'decode'>

function scalarStorage({ type }: ElementType): Storage {
  const [name, collation = ''] = type.postgres.split(/(?= collate )/)
  const cast = `${type.cast}[]`
  return {
    postgres: `${name}[]${collation}`,
    cast,
    // An array of arrays would be unnested down to the scalars.
    bulk: { parameter: 'text[]', element: `::${cast}` },
    encode: (values) => encodeScalars(values, type),
    decode: (text) => readArrayText(text).map((element) => (element === null ? null : type.decode(element))),
  }
}

function jsonStorage(of: ElementType): Storage {
  return {
    postgres: 'jsonb',
    cast: 'jsonb',
    bulk: { parameter: 'text[]', element: '::jsonb' },
    encode: (values) => JSON.stringify(toStored(values, of)),
    decode: (text) => fromStored(JSON.parse(text), of),
  }
}

function encodeScalars(values: Values, type: ColumnType): string {
  let text = '{'
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]
    const encoded: Encoded | null = value === null ? null : type.encode(value)
    text += i === 0 ? writeArrayElement(encoded) : `,${writeArrayElement(encoded)}`
  }
  return `${text}}`
}

function parseElements(value: unknown, of: ElementType, parse: (element: unknown) => unknown): Values {
  if (!Array.isArray(value)) throw wrongType('an array', value)
  const parsed: unknown[] = []
  let issues: Issue[] | undefined
  for (let i = 0; i < value.length; i += 1) {
    try {
      parsed.push(parseElement(value[i], of, parse))
    } catch (error) {
      issues = [...(issues ?? []), ...issuesAt(error, i)]
      if (issues.length >= MAX_ISSUES) break
    }
  }
  if (issues) throw new InvalidValue(issues)
  return parsed
}

function parseElement(element: unknown, { nullable }: ElementType, parse: (element: unknown) => unknown): unknown {
  if (element !== null && element !== undefined) return parse(element)
  if (element === null && nullable) return null
  throw invalidValue(element === null ? 'cannot be null' : 'is missing')
}

function toStored(values: Values, { type }: ElementType): JsonValue[] {
  return values.map((value) => (value === null ? null : type.toStoredJson(value)))
}

function fromStored(json: JsonValue, { type }: ElementType): Values {
  // Other programs may have stored anything.
  if (!Array.isArray(json)) return []
  return json.map((element: JsonValue) => (element === null ? null : type.fromStoredJson(element)))
}

/** Element by element, null greatest; the shorter array first. */
function compareElements(a: Values, b: Values, { type }: ElementType): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [a[i], b[i]]
    const order = x === null || y === null ? Number(x === null) - Number(y === null) : type.compare(x, y)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function readList(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidValue('is not a JSON array')
  }
}

export function arrayFromJson(json: JsonObject, read: (json: JsonObject) => ColumnType): ColumnType<Values> {
  return arrayType(read(json.element as JsonObject), json.nullable === true)
}
