import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

export function binaryType(): ColumnType<Uint8Array> {
  return createColumnType({
    kind: 'binary',
    postgres: 'bytea',
    upload: true,
    ordered: false,
    parse: parseBytes,
    parseWire: readBase64,
    parseText: readBase64,
    encode: (value) => value,
    decode: (text) => plainBytes(Buffer.from(text.slice(2), 'hex')),
    toWire: writeBase64,
    toStoredJson: writeBase64,
    fromStoredJson: (json) => plainBytes(Buffer.from(json as string, 'base64')),
    compare: (a, b) => Buffer.compare(a, b),
    jsonSchema: () => ({ type: 'string', contentEncoding: 'base64' }),
    toJson: () => ({ kind: 'binary' }),
    byteSize: (value) => value.byteLength + 64,
  })
}

function parseBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  throw wrongType('a Uint8Array', value)
}

/** Not a `Buffer`, which has methods of its own, and not a part of the pool that small ones share. */
function plainBytes(buffer: Buffer): Uint8Array {
  return buffer.byteLength === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer)
}

function readBase64(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw wrongType('bytes in base64', value)
  if (value.length % 4 !== 0 || !BASE64.test(value)) throw invalidValue('is not base64')
  return plainBytes(Buffer.from(value, 'base64'))
}

function writeBase64(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
}
