import { types } from '../types/kinds.ts'
import { isExpr } from './expression.ts'
import { literalNode } from './literal-node.ts'
import type { ExprNode } from './node.ts'
import { applyOperation } from './operations/table.ts'
import { toNode } from './to-node.ts'

/** The node as JSON. */
export function jsonNode(node: ExprNode): ExprNode {
  if (node.type.kind === 'json') return node
  if (node.kind === 'literal' && node.value === null) return literalNode(null, types.json)
  return applyOperation('json.of', node)
}

/** JSON of a value whose members and elements can be expressions. */
export function jsonNodeOf(value: unknown): ExprNode {
  if (isExpr(value)) return jsonNode(toNode(value))
  if (!hasExpr(value)) return toNode(value, types.json)
  if (Array.isArray(value)) return applyOperation('json.list', ...value.map(jsonNodeOf))
  const operands = Object.entries(value as object)
    .filter(([, member]) => member !== undefined)
    .flatMap(([name, member]) => [toNode(name, types.string), jsonNodeOf(member)])
  return applyOperation('json.object', ...operands)
}

/** Objects that are none of JSON are left to its type, which says what is wrong with them. */
function hasExpr(value: unknown): boolean {
  if (isExpr(value)) return true
  if (Array.isArray(value)) return value.some(hasExpr)
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return (prototype === null || prototype === Object.prototype) && Object.values(value).some(hasExpr)
}
