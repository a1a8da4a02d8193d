import type { Encoded } from './array-literal.ts'

/** Characters after which a piece ends: far below the longest string, whatever the rows hold. */
const PIECE = 256 * 1024

const SPECIAL = /[\\\t\n\r]/
const SPECIAL_ALL = /[\\\t\n\r]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/**
 * What `copy … from stdin` reads, in pieces: a line for each row, with `first` before the values of the columns.
 *
 * @param columns for each column the encoded values of all rows
 */
export function copyText(rows: number, first: number, columns: readonly (readonly Encoded[])[]): string[] {
  const pieces: string[] = []
  let text = ''
  for (let row = 0; row < rows; row += 1) {
    text += first
    for (const values of columns) {
      if (text.length > PIECE) {
        pieces.push(text)
        text = ''
      }
      text += `\t${writeField(values[row] as Encoded)}`
    }
    text += '\n'
  }
  pieces.push(text)
  return pieces
}

function writeField(value: Encoded): string {
  if (value === null) return '\\N'
  if (typeof value === 'string') return SPECIAL.test(value) ? value.replace(SPECIAL_ALL, escapeOf) : value
  if (typeof value === 'object') return `\\\\x${hexOf(value)}`
  return String(value)
}

const escapeOf = (character: string) => ESCAPES[character] as string

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
