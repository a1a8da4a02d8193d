import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'

const TEXT = /^[+-]?\d{1,20}$/

export function bigintType(): ColumnType<bigint> {
  return createColumnType({
    kind: 'bigint',
    postgres: 'int8',
    parse: parseBigint,
    parseWire: parseDigits,
    parseText: parseDigits,
    encode: (value) => value,
    decode: (text) => BigInt(text),
    toWire: (value) => String(value),
    wireText: (text) => `"${text}"`,
    toStoredJson: (value) => String(value),
    fromStoredJson: (json) => BigInt(json as string),
    compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    jsonSchema: () => ({ type: 'string', pattern: '^[+-]?\\d{1,20}$', description: 'A whole number of 64 bits.' }),
    toJson: () => ({ kind: 'bigint' }),
    byteSize: () => 24,
  })
}

function parseBigint(value: unknown): bigint {
  if (typeof value === 'bigint') return assertInt8(value)
  if (Number.isSafeInteger(value)) return BigInt(value as number)
  if (typeof value === 'number') throw invalidValue('is not a safe whole number; give a bigint')
  throw wrongType('a bigint', value)
}

function parseDigits(value: unknown): bigint {
  if (typeof value !== 'string') throw wrongType('a whole number as text', value)
  if (!TEXT.test(value)) throw invalidValue('is not a whole number')
  // BigInt reads a leading minus, but no plus.
  return assertInt8(BigInt(value.startsWith('+') ? value.slice(1) : value))
}

function assertInt8(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw invalidValue('does not fit into 64 bits')
  return value
}
