import { expect, test } from 'vitest'
import { findFunction } from '../func/registry.ts'
import { arrayType } from '../types/array.ts'
import { types } from '../types/kinds.ts'
import { t } from '../types/t.ts'
import { caseWhen } from './case-when.ts'
import { cast } from './cast.ts'
import { columnScope } from './column-scope.ts'
import { defineFunction } from './define-function.ts'
import { nodeFromJson, nodeToJson } from './node-json.ts'
import { nodeKey } from './node-key.ts'
import { toNode } from './to-node.ts'
import { callsOf, columnsOf } from './walk.ts'

const shorten = defineFunction({
  name: 'shorten',
  args: { text: t.string(), length: t.int().default(12) },
  returns: t.string(),
  run: ({ text, length }) => text.slice(0, length),
})
const columns = {
  title: { type: types.string, nullable: false },
  width: { type: types.float, nullable: true },
  tags: { type: arrayType(types.string, true), nullable: true },
  taken: { type: types.timestamp, nullable: false },
  total: { type: types.bigint, nullable: false },
}
// biome-ignore lint/suspicious/noExplicitAny: the precise types are tested in test/types
const c = columnScope(columns) as any

const expressions = [
  c.title.lower().eq('a'),
  c.width.add(Number.NaN).mul(Number.NEGATIVE_INFINITY),
  c.taken.gt(new Date(1.7e12)),
  c.total.in([1n, 2n ** 62n, null]),
  caseWhen([[c.width.isNull(), shorten({ text: c.title })]], 'none'),
  c.tags.includes('x'),
  c.tags.toJson().map((tag: { asText(): unknown }) => caseWhen([[c.width.isNull(), tag.asText() as never]], 'none')),
  cast(c.title, t.array(t.int())),
  shorten({ text: shorten({ text: c.title, length: 3 }), length: 2 }),
].map((expr) => toNode(expr))

test('a persisted expression is read back as it was', () => {
  for (const node of expressions) {
    const json = JSON.parse(JSON.stringify(nodeToJson(node)))
    const read = nodeFromJson(json, findFunction)
    expect(nodeToJson(read)).toEqual(nodeToJson(node))
    expect(nodeKey(read)).toBe(nodeKey(node))
    expect(read.nullable).toBe(node.nullable)
    expect(callsOf(read).map((call) => call.definition?.name)).toEqual(callsOf(node).map(() => 'shorten'))
  }
})

test('a function that is not loaded is kept by name', () => {
  const node = expressions[4] ?? expect.fail()
  const [call] = callsOf(nodeFromJson(nodeToJson(node), () => undefined))
  expect(call?.definition).toBeUndefined()
  expect(call?.function).toEqual({ name: 'shorten', version: '0' })
})

test('an operation of a newer version is refused by name', () => {
  const json = { ...nodeToJson(toNode(c.title.lower())), operation: 'text.from-tomorrow' }
  expect(() => nodeFromJson(json, findFunction)).toThrow(expect.objectContaining({ code: 'INVALID_DECLARATION' }))
})

test('equal expressions have equal keys, others have not', () => {
  const key = (expr: unknown) => nodeKey(toNode(expr))
  expect(key(shorten({ text: c.title, length: 3 }))).toBe(key(shorten({ length: 3, text: c.title })))
  expect(key(c.title.eq('1'))).not.toBe(key(c.title.eq('2')))
  expect(key(c.width.add(1))).not.toBe(key(c.width.sub(1)))
})

test('columns and calls are found wherever they stand', () => {
  const node = toNode(caseWhen([[c.width.gt(1), shorten({ text: c.title })]], c.tags.at(0)))
  expect([...columnsOf(node)].sort()).toEqual(['tags', 'title', 'width'])
  expect(callsOf(node)).toHaveLength(1)
})

test('a call tells what is wrong with its arguments', () => {
  const call = shorten as unknown as (args: object) => unknown
  for (const args of [{}, { text: c.title, size: 1 }, { text: c.title, length: c.width }])
    expect(() => call(args)).toThrow(expect.objectContaining({ code: 'INVALID_DECLARATION' }))
})

test('a nullable argument makes the call nullable', () => {
  expect(toNode(shorten({ text: c.title })).nullable).toBe(false)
  expect(toNode(shorten({ text: c.title, length: c.width.floor() })).nullable).toBe(true)
})
