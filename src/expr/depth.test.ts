import { describe, expect, test } from 'vitest'
import { types } from '../types/kinds.ts'
import { columnScope } from './column-scope.ts'
import { compileEvaluator } from './compile-evaluator.ts'
import { concat } from './concat.ts'
import { MAX_DEPTH } from './node-facts.ts'
import { nodeFromJson, nodeToJson } from './node-json.ts'
import { nodeKey } from './node-key.ts'
import { toNode } from './to-node.ts'

const number = { type: types.int, nullable: false }
// biome-ignore lint/suspicious/noExplicitAny: chains of any length
const c = columnScope({ n: number, name: { type: types.string, nullable: false } }) as any

// biome-ignore lint/suspicious/noExplicitAny: chains of any length
function chain(start: any, length: number, step: (expr: any) => any) {
  let expr = start
  for (let count = 0; count < length; count += 1) expr = step(expr)
  return expr
}

const row = { n: 1, name: 'a' }
const code = (make: () => unknown): unknown => {
  try {
    make()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return undefined
}

describe('10,000 nested operations', () => {
  test('are refused while they are built', () => {
    const steps = [
      // biome-ignore lint/suspicious/noExplicitAny: as above
      (expr: any) => expr.add(1),
      // biome-ignore lint/suspicious/noExplicitAny: as above
      (expr: any) => c.n.sub(expr),
    ]
    for (const step of steps) expect(code(() => chain(c.n, 10_000, step))).toBe('INVALID_DECLARATION')
  })

  test('side by side are one level, and chains of conditions and of texts nearly so', { timeout: 60_000 }, () => {
    const chains = [
      chain(c.n.gt(0), 10_000, (expr) => expr.and(c.n.lt(5))),
      chain(c.n.gt(5), 10_000, (expr) => expr.or(c.n.lt(5))),
      c.n.gt(0).and(...Array.from({ length: 10_000 }, () => true)),
    ].map((expr) => toNode(expr))
    for (const node of chains) {
      expect(compileEvaluator(node)({ row })).toBe(true)
      expect(nodeKey(nodeFromJson(nodeToJson(node), () => undefined))).toBe(nodeKey(node))
    }
    const names = Array.from({ length: 9_999 }, () => c.name)
    for (const text of [
      concat(c.name, ...names),
      c.name.concat(...names),
      chain(c.name, 9_999, (expr) => expr.concat(c.name)),
    ])
      expect(compileEvaluator(toNode(text))({ row })).toBe('a'.repeat(10_000))
  })
})

test('the deepest expression is evaluated, keyed and persisted', () => {
  const node = toNode(chain(c.n, MAX_DEPTH - 1, (expr) => expr.add(1)))
  expect(compileEvaluator(node)({ row })).toBe(MAX_DEPTH)
  expect(nodeKey(nodeFromJson(JSON.parse(JSON.stringify(nodeToJson(node))), () => undefined))).toBe(nodeKey(node))
  expect(code(() => toNode(chain(c.n, MAX_DEPTH, (expr) => expr.add(1))))).toBe('INVALID_DECLARATION')
})
