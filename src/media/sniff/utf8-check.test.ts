import { expect, test } from 'vitest'
import { Utf8Check } from './utf8-check.ts'

function isText(...chunks: readonly Uint8Array[]): boolean {
  const check = new Utf8Check()
  for (const chunk of chunks) check.add(chunk)
  return check.isText()
}

test('characters of every length may be cut at any place', () => {
  const bytes = Buffer.from('aé€𝄞z')
  for (let cut = 0; cut <= bytes.length; cut++) expect(isText(bytes.subarray(0, cut), bytes.subarray(cut))).toBe(true)
  expect(isText(...[...bytes].map((byte) => Uint8Array.of(byte)))).toBe(true)
})

test.each([
  ['a NUL', Buffer.from('a\0b')],
  ['Latin-1', Buffer.from('café', 'latin1')],
  ['a character that is not finished', Buffer.from('€').subarray(0, 2)],
  ['a continuation without a start', Uint8Array.of(0x61, 0x80)],
  ['an overlong form', Uint8Array.of(0xc0, 0xaf)],
  ['a surrogate', Uint8Array.of(0xed, 0xa0, 0x80)],
])('%s is not text', (_name, bytes) => {
  expect(isText(bytes)).toBe(false)
  expect(isText(...[...bytes].map((byte) => Uint8Array.of(byte)))).toBe(false)
})
