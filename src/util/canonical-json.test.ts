import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { frozenRecord } from './record.ts'

test('the order of keys does not show', () => {
  expect(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}')
})

test('the order of elements does', () => {
  expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]))
})

test('a record has only what was put in', () => {
  const record = frozenRecord([['toString', 1]])
  expect(record.toString).toBe(1)
  expect(record.constructor).toBeUndefined()
  expect('constructor' in record).toBe(false)
  expect(Object.isFrozen(record)).toBe(true)
})
