import type { JsonObject, JsonValue } from '../../util/json.ts'

const FORMATS: Readonly<Record<string, string>> = {
  uuid: '0190b6a0-7c1e-7c3a-9b5e-2f6a1d3c4b5a',
  'date-time': '2026-01-31T12:00:00.000Z',
  date: '2026-01-31',
  decimal: '12.5',
  uri: 'https://example.com/file',
  'uri-reference': 'https://example.com/file',
}
/** A pattern does not say what it means: the first that fits is taken. */
const TEXTS = ['text', '1', '12', 'a', 'A', 'ab', 'AB', 'ABC', 'abc-1', 'a@example.com']
/** A longer array shows no more. */
const MOST_ITEMS = 8

/** A value that the schema allows, made of what it says; undefined where that is too little, or too much to show. */
function exampleOf(schema: JsonObject): JsonValue | undefined {
  if (schema.default !== undefined && schema.default !== null) return schema.default
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const alternatives = (schema.anyOf ?? schema.oneOf) as readonly JsonObject[] | undefined
  if (alternatives) return alternatives.map(exampleOf).find((example) => example !== undefined && example !== null)
  switch (typeOf(schema)) {
    case 'boolean':
      return true
    case 'integer':
    case 'number':
      return exampleNumber(schema)
    case 'string':
      return exampleText(schema)
    case 'array':
      return exampleArray(schema)
    case 'object':
      return exampleObject(schema)
    default:
      return allowsAll(schema) ? {} : undefined
  }
}

const allowsAll = (schema: JsonObject): boolean => Object.keys(schema).every((word) => word === 'description')

/** What an OpenAPI media type or parameter says of a value. */
export function schemaWithExample(schema: JsonObject): JsonObject {
  const example = exampleOf(schema)
  return example === undefined ? { schema } : { schema, example }
}

const typeOf = ({ type }: JsonObject): JsonValue | undefined =>
  Array.isArray(type) ? type.find((each) => each !== 'null') : type

function exampleNumber({ minimum = -Infinity, maximum = Infinity }: JsonObject): number {
  return Math.max(minimum as number, Math.min(maximum as number, 1))
}

function exampleText(schema: JsonObject): string | undefined {
  const { format, contentEncoding, formatMinimum, formatMaximum } = schema
  if (contentEncoding === 'base64') return 'AAEC'
  const bound = formatMinimum ?? formatMaximum
  if (typeof bound === 'string') return bound
  const candidates = typeof format === 'string' ? [FORMATS[format]] : TEXTS
  return candidates.map((text) => text && fitLength(text, schema)).find((text) => text && matches(text, schema))
}

function fitLength(text: string, { minLength = 0, maxLength = Number.MAX_SAFE_INTEGER }: JsonObject): string {
  return text.padEnd(Math.min(minLength as number, 100), text).slice(0, maxLength as number)
}

function matches(text: string, { minLength = 0, pattern }: JsonObject): boolean {
  if (text.length < (minLength as number)) return false
  return typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)
}

function exampleArray({ items = {}, minItems = 1, maxItems = MOST_ITEMS }: JsonObject): JsonValue[] | undefined {
  const length = Math.min(Math.max(1, minItems as number), maxItems as number)
  const item = exampleOf(items as JsonObject)
  if (length === 0) return []
  return item === undefined || length > MOST_ITEMS ? undefined : Array.from({ length }, () => item)
}

/** Of an optional property that has no example nothing is said; without a required one there is none at all. */
function exampleObject({ properties = {}, required = [] }: JsonObject): JsonObject | undefined {
  const example: Record<string, JsonValue> = {}
  for (const [name, schema] of Object.entries(properties as Readonly<Record<string, JsonObject>>)) {
    const value = exampleOf(schema)
    if (value !== undefined) example[name] = value
    else if ((required as readonly string[]).includes(name)) return undefined
  }
  return example
}
