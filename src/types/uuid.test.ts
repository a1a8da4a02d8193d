import { describe, expect, test } from 'vitest'
import { types } from './kinds.ts'
import { invalid } from './testing/refusal.ts'

const ID = '0190f5fe-7c00-7a00-8000-00000000000a'

describe('t.uuid', () => {
  test('writes lower case', () => {
    for (const parse of [types.uuid.parse, types.uuid.parseWire]) expect(parse(ID.toUpperCase())).toBe(ID)
    expect(types.uuid.parseText(ID)).toBe(ID)
  })

  test.each(['', ID.replaceAll('-', ''), `{${ID}}`, `${ID} `, `${ID}\n`, ID.replace('0', 'g'), 5, null])(
    'refuses %j',
    (value) => {
      expect(() => types.uuid.parse(value)).toThrowError(invalid)
    },
  )
})
