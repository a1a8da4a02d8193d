import { expect, test } from 'vitest'
import { normaliseSource, sourceHash } from './source-hash.ts'

test.each([
  ['comments and line breaks', 'a => {\n  // one\n  return a + 1 /* two */\n}', 'a => { return a + 1 }'],
  ['blanks that replace erased types', '({ n }         )         => n', '({ n }) => n'],
  ['no blank against one', 'async(a)=>await f( a )', 'async (a) => await f(a)'],
])('%s do not change the hash', (_, one, other) => {
  expect(sourceHash(one)).toBe(sourceHash(other))
})

test.each([
  ['a value', '() => 1', '() => 2'],
  ['white space inside a text', "() => 'a b'", "() => 'a  b'"],
  ['white space inside a template', '() => `a b`', '() => `a  b`'],
  ['what looks like a comment in a text', "() => 'a // b'", "() => 'a // c'"],
  ['what looks like a comment in a regular expression', 'a => /[/]/*b/.test(a)', 'a => /[/]/*c/.test(a)'],
  ['two words becoming one', '() => typeof a', '() => typeofa'],
  ['the sign of an operand', 'a => a - -1', 'a => a--1'],
])('%s changes the hash', (_, one, other) => {
  expect(sourceHash(one)).not.toBe(sourceHash(other))
})

test('quotes inside a regular expression begin no text', () => {
  expect(normaliseSource(`a => /'/.test(a)  &&  b`)).toBe(`a=>/'/.test(a)&&b`)
})

test('the parts of a hash are kept apart', () => {
  expect(sourceHash('a', 'b')).not.toBe(sourceHash('ab', ''))
})
