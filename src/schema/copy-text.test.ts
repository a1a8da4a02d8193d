import { expect, test } from 'vitest'
import { copyText } from './copy-text.ts'

const line = (...values: Parameters<typeof copyText>[2][number]) =>
  copyText(
    1,
    7,
    values.map((value) => [value]),
  ).join('')

test.each([
  [
    'numbers, also those that JSON lacks',
    [1, -2.5, Number.NaN, Number.NEGATIVE_INFINITY, 10n],
    '1\t-2.5\tNaN\t-Infinity\t10',
  ],
  ['truth values and nulls', [true, null, false], 'true\t\\N\tfalse'],
  ['texts as they are', ['', 'NULL', '"a",b', 'ü😀'], '\tNULL\t"a",b\tü😀'],
  ['texts that mean something to copy', ['\\N', '\\.', 'a\tb', 'a\r\nb'], '\\\\N\t\\\\.\ta\\tb\ta\\r\\nb'],
  ['bytes', [new Uint8Array([0, 92, 255])], '\\\\x005cff'],
])('%s', (_, values, text) => {
  expect(line(...values)).toBe(`7\t${text}\n`)
})

test('a line for each row, cut into pieces that are no longer than their longest value asks for', () => {
  const long = 'x'.repeat(200_000)
  const pieces = copyText(4, 1, [
    [1, 2, 3, 4],
    [long, long, long, long],
  ])
  expect(pieces.length).toBeGreaterThan(1)
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(500_000)
  expect(pieces.join('')).toBe([1, 2, 3, 4].map((id) => `1\t${id}\t${long}\n`).join(''))
})
