import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'

export function boolType(): ColumnType<boolean> {
  return createColumnType({
    kind: 'bool',
    postgres: 'bool',
    parse: parseBool,
    parseWire: parseBool,
    parseText: (text) => {
      if (text === 'true') return true
      if (text === 'false') return false
      throw invalidValue('is neither true nor false')
    },
    encode: (value) => value,
    decode: (text) => text.startsWith('t'),
    toWire: (value) => value,
    wireText: (text) => (text.startsWith('t') ? 'true' : 'false'),
    toStoredJson: (value) => value,
    fromStoredJson: (json) => json as boolean,
    compare: (a, b) => Number(a) - Number(b),
    jsonSchema: () => ({ type: 'boolean' }),
    toJson: () => ({ kind: 'bool' }),
    byteSize: () => 4,
  })
}

function parseBool(value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType('a boolean', value)
  return value
}
