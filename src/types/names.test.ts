import { describe, expect, test } from 'vitest'
import { assertColumnName, assertPath } from './names.ts'

const refused = expect.objectContaining({ code: 'INVALID_NAME' })

describe('column names', () => {
  test.each(['a', 'count', 'select', 'constructor', 'größe', '名前', 'a_1', 'x'.repeat(59)])(
    '%s can be used',
    (name) => {
      assertColumnName(name)
    },
  )

  test.each([
    '',
    '_id',
    '1a',
    'a-b',
    'a b',
    'a.b',
    'a$b',
    'ctid',
    'xmax',
    'tableoid',
    'then',
    'x'.repeat(60),
    'ü'.repeat(30),
    'u\u0308',
    'a"',
    'a\0',
  ])('%j is refused', (name) => {
    expect(() => assertColumnName(name)).toThrowError(refused)
  })
})

describe('table paths', () => {
  test.each(['photos', 'my_dir.my-table', 'a.b.c', 'Tx1', 'x'.repeat(48)])('%s can be used', (path) => {
    assertPath(path)
  })

  test.each(['', '.a', 'a.', 'a..b', '_a', 'a._b', '1a', 'a b', 'größe', 'a$history', 'x'.repeat(49), 'a"b'])(
    '%j is refused',
    (path) => {
      expect(() => assertPath(path)).toThrowError(refused)
    },
  )
})
