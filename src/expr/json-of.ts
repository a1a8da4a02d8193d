import { types } from '../types/kinds.ts'
import { isExpr } from './expression.ts'
import { literalNode } from './literal-node.ts'
import type { ExprNode } from './node.ts'
import { MAX_DEPTH } from './node-facts.ts'
import { applyOperation } from './operations/table.ts'
import { toNode } from './to-node.ts'

/** The node as JSON. */
export function jsonNode(node: ExprNode): ExprNode {
  if (node.type.kind === 'json') return node
  if (node.kind === 'literal' && node.value === null) return literalNode(null, types.json)
  return applyOperation('json.of', node)
}

/** JSON of a value whose members and elements can be expressions. */
export function jsonNodeOf(value: unknown, depth = 0): ExprNode {
  if (isExpr(value)) return jsonNode(toNode(value))
  // What is nested deeper refers to itself, or is refused by the type.
  if (depth > MAX_DEPTH || !hasExpr(value, depth)) return toNode(value, types.json)
  if (Array.isArray(value))
    return applyOperation('json.list', ...value.map((element) => jsonNodeOf(element, depth + 1)))
  const operands = Object.entries(value as object)
    .filter(([, member]) => member !== undefined)
    .flatMap(([name, member]) => [toNode(name, types.string), jsonNodeOf(member, depth + 1)])
  return applyOperation('json.object', ...operands)
}

/** Objects that are none of JSON are left to its type, which says what is wrong with them. */
function hasExpr(value: unknown, depth: number): boolean {
  if (isExpr(value)) return true
  if (depth > MAX_DEPTH) return false
  const inner = (part: unknown) => hasExpr(part, depth + 1)
  if (Array.isArray(value)) return value.some(inner)
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return (prototype === null || prototype === Object.prototype) && Object.values(value).some(inner)
}
