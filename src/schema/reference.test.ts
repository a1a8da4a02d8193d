import { expect, test } from 'vitest'
import { parseReference } from './reference.ts'

test('the last dot separates table and column', () => {
  expect(parseReference('nodes.id', 'x')).toEqual({ table: 'nodes', column: 'id' })
  expect(parseReference('my.dir.nodes.id', 'x')).toEqual({ table: 'my.dir.nodes', column: 'id' })
})

test.each(['nodes', '.id', 'nodes.', ''])('%j references nothing', (text) => {
  expect(() => parseReference(text, 'x')).toThrowError(expect.objectContaining({ code: 'INVALID_DECLARATION' }))
})
