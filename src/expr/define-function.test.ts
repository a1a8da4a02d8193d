import { expect, test } from 'vitest'
import { findFunction } from '../func/registry.ts'
import type { NumExpr } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import { t } from '../types/t.ts'
import type { CallNode } from './call-node.ts'
import { columnScope } from './column-scope.ts'
import { defineFunction } from './define-function.ts'
import { NODE } from './expression.ts'
import { nodeFromJson, nodeToJson } from './node-json.ts'
import { nodeKey } from './node-key.ts'

const cut = defineFunction({
  name: 'partial.cut',
  description: 'The beginning of a text',
  args: { text: t.string(), length: t.int().default(3), tail: t.string().default('…') },
  returns: t.string(),
  run: ({ text, length, tail }) => text.slice(0, length) + tail,
})
const blank = defineFunction({
  name: 'partial.blank',
  args: { size: t.int().default(2), text: t.string() },
  returns: ({ size }) => t.vector(size),
  run: ({ size }) => new Float32Array(size),
})
const nodeOf = (expr: unknown) => (expr as { [NODE]: CallNode })[NODE]
const coded = (code: string) => expect.objectContaining({ code })

const sizes = columnScope({ size: { type: types.int, nullable: false } })
test('a partial function makes the same calls as the whole one', () => {
  const five = cut.with({ length: 5 })
  expect(nodeKey(nodeOf(five({ text: 'a' })))).toBe(nodeKey(nodeOf(cut({ text: 'a', length: 5 }))))
  expect(five.with({ tail: '' }).run({ text: 'abcdefg' })).toBe('abcde')
  expect(cut.with({}).run({ text: 'abcd', length: 1 })).toBe('a…')
})

test('what cannot be bound is refused at once', () => {
  const bind = (values: object) => () => cut.with(values as never)
  expect(bind({ size: 5 })).toThrow(coded('INVALID_DECLARATION'))
  expect(bind({ length: 'five' })).toThrow(coded('INVALID_VALUE'))
  expect(bind({ text: cut({ text: 'a' }) })).toThrow(coded('INVALID_DECLARATION'))
  const five = cut.with({ length: 5 }) as typeof cut
  expect(() => five({ text: 'a', length: 6 })).toThrow(coded('INVALID_DECLARATION'))
  expect(() => five.run({ text: 'a', length: 6 })).toThrow(coded('INVALID_DECLARATION'))
})

test('the type of a result follows from constant arguments, defaults included', () => {
  const typeOf = (expr: unknown) => nodeOf(expr).type.toJson()
  expect(typeOf(blank({ text: 'a' }))).toMatchObject({ dimensions: 2 })
  expect(typeOf(blank({ text: 'a', size: 7 }))).toMatchObject({ dimensions: 7 })
  expect(typeOf(blank.with({ size: 4 })({ text: 'a' }))).toMatchObject({ dimensions: 4 })
  expect(blank.run({ size: 3, text: '' })).toHaveLength(3)
  expect(() => blank({ text: 'a', size: sizes.size as NumExpr<'int'> })).toThrow(/size has to be a constant/)
})

test('a call that was stored keeps its result type', () => {
  const node = nodeOf(blank({ text: 'a', size: 7 }))
  const read = nodeFromJson(nodeToJson(node), findFunction) as CallNode
  expect(read.definition?.returns.type.toJson()).toEqual(node.type.toJson())
  expect(nodeKey(read)).toBe(nodeKey(node))
})

test('the description is kept', () => {
  expect(findFunction('partial.cut')?.description).toBe('The beginning of a text')
})
