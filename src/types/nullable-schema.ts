import type { JsonObject } from '../util/json.ts'

/** The JSON Schema with null among its values. */
export function nullableSchema(schema: JsonObject, nullable = true): JsonObject {
  if (!nullable || isEmpty(schema)) return schema
  const { type, enum: allowed } = schema
  if (typeof type !== 'string' || 'const' in schema) return { anyOf: [schema, { type: 'null' }] }
  return { ...schema, type: [type, 'null'], ...(Array.isArray(allowed) ? { enum: [...allowed, null] } : {}) }
}

function isEmpty(schema: JsonObject): boolean {
  return Object.keys(schema).length === 0
}
