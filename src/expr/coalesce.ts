import type { AnyExpr } from '../types/expr.ts'
import { baseType, unifyNodes } from './convert.ts'
import { applyOperation } from './operations/table.ts'
import { toExpr } from './to-expr.ts'
import { toNode } from './to-node.ts'

/**
 * The value, or `otherwise` where it is null.
 *
 * @example
 * coalesce(c.title, 'untitled')
 *
 * @throws INVALID_DECLARATION when the two have no common type
 */
export function coalesce<X extends AnyExpr, D extends X['~plain'] | X['~some']>(value: X, otherwise: D): X['~some'] {
  const node = toNode(value)
  const { nodes } = unifyNodes('coalesce', [node, toNode(otherwise, baseType(node.type))])
  return toExpr(applyOperation('coalesce', ...nodes)) as X['~some']
}
