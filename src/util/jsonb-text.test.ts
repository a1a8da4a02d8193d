import { expect, it } from 'vitest'
import { jsonbText } from './jsonb-text.ts'

it.each([
  ['NUL in a key', { 'a\0': 1 }, { 'a\ufffd': 1 }],
  ['a lone surrogate', ['\ud83d', '\udc00x'], ['\ufffd', '\ufffdx']],
  ['a whole pair', '😀', '😀'],
  ['other controls', '\u0001\n', '\u0001\n'],
  ['text that looks like an escape', '\\u0000 \\\\ud800', '\\u0000 \\\\ud800'],
  ['a backslash before NUL', '\\\0', '\\\ufffd'],
])('replaces only what jsonb refuses: %s', (_, value, stored) => {
  expect(JSON.parse(jsonbText(value))).toEqual(stored)
})
