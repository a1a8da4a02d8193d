import { Buffer } from 'node:buffer'

/** A parameter as it travels: text, bytes (binary format), or null. */
export function encodeParameter(value: unknown): string | Buffer | null {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return toBuffer(value)
  if (Array.isArray(value)) return encodeArray(value)
  return encodeScalar(value)
}

function encodeScalar(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  if (typeof value !== 'object') return String(value)
  if (value instanceof Date) return encodeDate(value)
  return JSON.stringify(value)
}

function encodeArray(values: readonly unknown[]): string {
  let text = '{'
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text += ','
    text += encodeElement(values[i])
  }
  return `${text}}`
}

function encodeElement(value: unknown): string {
  if (typeof value === 'string') return quoteElement(value)
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return encodeScalar(value)
  if (Array.isArray(value)) return encodeArray(value)
  if (value instanceof Uint8Array) return `"\\\\x${toBuffer(value).toString('hex')}"`
  return quoteElement(encodeScalar(value))
}

const SPECIAL = /["\\]/

function quoteElement(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : `"${text}"`
}

/** Years outside 1 to 9999 have no common form in ISO 8601 and Postgres. */
function encodeDate(date: Date): string {
  const year = date.getUTCFullYear()
  const iso = date.toISOString()
  if (year >= 1 && year <= 9999) return iso
  const rest = iso.slice(iso.indexOf('-', 1))
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`
}

function toBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
