import type { Encoded as EncodedValue } from '../types/column-type.ts'

/** A value as a column type encodes it for the text protocol, or null. */
export type Encoded = EncodedValue | null

const SPECIAL = /["\\]/
const SPECIAL_ALL = /["\\]/g

/**
 * The text of a Postgres array of encoded values: a whole column of a batch as one parameter.
 * Written here because the driver's own form costs several times as much per element.
 */
export function arrayLiteral(values: readonly Encoded[]): string {
  let text = ''
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as Encoded
    text += i === 0 ? '{' : ','
    if (typeof value === 'string') text += quoteElement(value)
    else if (value === null) text += 'NULL'
    else if (typeof value === 'object') text += `"\\\\x${hexOf(value)}"`
    else text += String(value)
  }
  return values.length === 0 ? '{}' : `${text}}`
}

function quoteElement(value: string): string {
  return SPECIAL.test(value) ? `"${value.replace(SPECIAL_ALL, '\\$&')}"` : `"${value}"`
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
