import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'

const LOWER = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const ANY = new RegExp(LOWER.source, 'i')

export function uuidType(): ColumnType<string> {
  return createColumnType({
    kind: 'uuid',
    postgres: 'uuid',
    parse: parseUuid,
    parseWire: parseUuid,
    parseText: parseUuid,
    encode: (value) => value,
    decode: (text) => text,
    toWire: (value) => value,
    wireText: (text) => `"${text}"`,
    toStoredJson: (value) => value,
    fromStoredJson: (json) => json as string,
    compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    jsonSchema: () => ({ type: 'string', format: 'uuid' }),
    toJson: () => ({ kind: 'uuid' }),
    byteSize: () => 72,
  })
}

function parseUuid(value: unknown): string {
  if (typeof value !== 'string') throw wrongType('a UUID', value)
  if (LOWER.test(value)) return value
  if (ANY.test(value)) return value.toLowerCase()
  throw invalidValue('is not a UUID')
}
