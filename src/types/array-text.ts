import type { Encoded } from './column-type.ts'

const SPECIAL = /["\\]/
const SPECIAL_ALL = /["\\]/g

/** The text form of a Postgres array of encoded values. */
export function writeArrayElement(value: Encoded | null): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'object') return `"\\\\x${hexOf(value)}"`
  return String(value)
}

function quote(text: string): string {
  return SPECIAL.test(text) ? `"${text.replace(SPECIAL_ALL, '\\$&')}"` : `"${text}"`
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** The elements of a one-dimensional array in Postgres' text form; bounds other than the usual ones are passed over. */
export function readArrayText(text: string): (string | null)[] {
  const body = text.slice(text.indexOf('{') + 1, -1)
  if (body === '') return []
  if (!body.includes('"')) return body.split(',').map((element) => (element === 'NULL' ? null : element))
  const elements: (string | null)[] = []
  for (let at = 0; at <= body.length; ) {
    if (body[at] === '"') {
      const end = closingQuote(body, at + 1)
      elements.push(body.slice(at + 1, end).replaceAll(/\\(.)/gsu, '$1'))
      at = end + 2
    } else {
      const comma = body.indexOf(',', at)
      const end = comma === -1 ? body.length : comma
      const element = body.slice(at, end)
      elements.push(element === 'NULL' ? null : element)
      at = end + 1
    }
  }
  return elements
}

function closingQuote(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
