import { codePointLength, sliceCodePoints } from './text-functions.ts'

/** More characters than these are never made by repeating or filling. */
export const MAX_CHARACTERS = 1_000_000

/** `length` characters of the endlessly repeated fill; none of an empty one. */
function filling(fill: string, length: number): string {
  const period = codePointLength(fill)
  if (period === 0 || length <= 0) return ''
  return sliceCodePoints(fill.repeat(Math.ceil(length / period)), 0, length)
}

export function padStart(text: string, width: number, fill: string): string {
  return filling(fill, width - codePointLength(text)) + text
}

export function padEnd(text: string, width: number, fill: string): string {
  return text + filling(fill, width - codePointLength(text))
}

export function center(text: string, width: number, fill: string): string {
  const missing = Math.max(width - codePointLength(text), 0)
  const left = Math.floor(missing / 2)
  return filling(fill, left) + text + filling(fill, missing - left)
}

export function zeroPad(text: string, width: number): string {
  const sign = /^[+-]/.test(text) ? text.charAt(0) : ''
  return sign + padStart(text.slice(sign.length), width - sign.length, '0')
}

export function repeatText(text: string, times: number): string | null {
  if (times <= 0 || text === '') return ''
  return codePointLength(text) * times <= MAX_CHARACTERS ? text.repeat(times) : null
}

export function splitText(text: string, separator: string): string[] {
  return separator === '' ? [text] : text.split(separator)
}

export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** Words longer than a line are cut. */
export function wrapLines(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  let room = 0
  for (const word of text.split(/\s+/)) {
    if (word === '') continue
    let rest = word
    let length = codePointLength(word)
    if (line !== '' && length < room) {
      line += ` ${word}`
      room -= length + 1
      continue
    }
    if (line !== '') lines.push(line)
    for (; length > width; length -= width) {
      lines.push(sliceCodePoints(rest, 0, width))
      rest = sliceCodePoints(rest, width, Number.POSITIVE_INFINITY)
    }
    line = rest
    room = width - length
  }
  return line === '' ? lines : [...lines, line]
}
