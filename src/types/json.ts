import type { JsonObject, JsonValue } from '../util/json.ts'
import { invalidType } from './check-options.ts'
import type { ColumnType, Side } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue } from './invalid-value.ts'
import { compareJson } from './json-order.ts'
import { compileJsonSchema, validateStandard } from './json-validator.ts'
import { normaliseJson } from './json-value.ts'
import { isStandardSchema, type StandardJsonSchema, type StandardSchema } from './standard-schema.ts'

interface JsonFacets {
  readonly parse: (value: unknown) => JsonValue
  readonly jsonSchema: (side: Side) => JsonObject
  /** What the catalog keeps of the schema. */
  readonly stored: JsonObject
}

/** Any JSON but null at the top, which is SQL's null. */
export function jsonType(schema?: unknown): ColumnType<JsonValue> {
  const { parse, jsonSchema, stored } = facetsOf(schema)
  return createColumnType<JsonValue>({
    kind: 'json',
    postgres: 'jsonb',
    bulk: { parameter: 'text[]', element: '::jsonb' },
    ordered: false,
    scalar: false,
    parse,
    parseWire: parse,
    parseText: (text) => parse(readText(text)),
    encode: (value) => JSON.stringify(value),
    decode: (text) => JSON.parse(text),
    toWire: (value) => value,
    toStoredJson: (value) => value,
    fromStoredJson: normaliseJson,
    compare: compareJson,
    jsonSchema,
    toJson: () => stored,
    byteSize: jsonSize,
  })
}

/** A schema of a validator library is code, which the catalog cannot keep: read back, the type takes any JSON. */
export function jsonFromJson({ schema, validator }: JsonObject): ColumnType<JsonValue> {
  if (schema !== undefined) return jsonType(schema)
  const type = jsonType()
  if (validator === undefined) return type
  return Object.freeze({ ...type, toJson: () => ({ kind: 'json', validator }) })
}

function facetsOf(schema: unknown): JsonFacets {
  if (schema === undefined) return { parse: normaliseJson, jsonSchema: () => ({}), stored: { kind: 'json' } }
  if (isStandardSchema(schema)) return standardFacets(schema)
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schemaFacets(schema)
  throw invalidType('json', 'it takes a JSON Schema or a schema of a validator library')
}

function schemaFacets(given: object): JsonFacets {
  let schema: JsonObject
  try {
    schema = Object.freeze(normaliseJson(given)) as JsonObject
  } catch {
    throw invalidType('json', 'its JSON Schema is not plain JSON')
  }
  const validate = compileJsonSchema(schema)
  const parse = (value: unknown) => {
    const json = normaliseJson(value)
    validate(json)
    return json
  }
  return { parse, jsonSchema: () => schema, stored: { kind: 'json', schema } }
}

function standardFacets(schema: StandardSchema): JsonFacets {
  return {
    parse: (value) => normaliseJson(validateStandard(schema, value)),
    jsonSchema: (side) => standardJsonSchema(schema, side),
    stored: { kind: 'json', validator: schema['~standard'].vendor },
  }
}

/** Any JSON where the library cannot describe the schema. */
export function standardJsonSchema(schema: StandardSchema, side: Side): JsonObject {
  const { jsonSchema } = schema['~standard'] as Partial<StandardJsonSchema['~standard']>
  if (jsonSchema === undefined) return {}
  try {
    const { $schema: _, ...described } = jsonSchema[side]({ target: 'draft-2020-12' })
    return normaliseJson(described) as JsonObject
  } catch {
    return {}
  }
}

function readText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidValue('is not JSON')
  }
}

/** Strings dominate; a value counts as two words. */
function jsonSize(value: JsonValue): number {
  if (typeof value === 'string') return 16 + 2 * value.length
  if (typeof value !== 'object' || value === null) return 16
  let size = 32
  for (const [key, member] of Object.entries(value)) size += 2 * key.length + jsonSize(member)
  return size
}
