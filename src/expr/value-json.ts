import type { Json } from '../util/json.ts'
import { CellarError } from '../errors/cellar-error.ts'

/** Values that JSON has no form for, and objects, stand as `{ "$type": …, "value": … }`. */
interface Tagged {
  readonly $type: 'number' | 'bigint' | 'date' | 'bytes' | 'floats' | 'object'
  readonly value: Json
}

/** Any value of a column type as JSON, exactly. */
export function valueToJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : tagged('number', String(value))
  if (typeof value === 'bigint') return tagged('bigint', String(value))
  if (Array.isArray(value)) return value.map(valueToJson)
  if (value instanceof Date) return tagged('date', value.getTime())
  if (value instanceof Float32Array) return tagged('floats', [...value].map(valueToJson))
  if (value instanceof Uint8Array) return tagged('bytes', Buffer.from(value).toString('base64'))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, member]) => [key, valueToJson(member)] as const)
    return tagged('object', Object.fromEntries(entries))
  }
  throw new CellarError('INVALID_VALUE', { subject: 'an expression', reason: `a ${typeof value} cannot be stored` })
}

export function valueFromJson(json: Json): unknown {
  if (Array.isArray(json)) return json.map(valueFromJson)
  if (typeof json !== 'object' || json === null) return json
  const { $type, value } = json as unknown as Tagged
  return FROM_JSON[$type](value)
}

const FROM_JSON: Readonly<Record<Tagged['$type'], (value: Json) => unknown>> = {
  number: Number,
  bigint: (value) => BigInt(String(value)),
  date: (value) => new Date(Number(value)),
  floats: (value) => Float32Array.from(valueFromJson(value) as number[]),
  bytes: (value) => new Uint8Array(Buffer.from(String(value), 'base64')),
  object: (value) =>
    Object.fromEntries(Object.entries(value as Record<string, Json>).map(([key, member]) => [key, valueFromJson(member)])),
}

function tagged($type: Tagged['$type'], value: Json): Json {
  return { $type, value }
}
