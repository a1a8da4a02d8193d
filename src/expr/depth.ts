import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from './node.ts'

/** Everything that walks an expression recurses, Postgres included: at this depth all of them are far from overflowing. */
export const MAX_DEPTH = 500

/** Of nodes that have parts; all others are one level. */
const depths = new WeakMap<object, number>()

/**
 * Keeps how deep the node is nested.
 *
 * @throws INVALID_DECLARATION when that is too deep
 */
export function withDepth<N extends ExprNode>(node: N, parts: readonly ExprNode[]): N {
  let depth = 1
  for (const part of parts) depth = Math.max(depth, 1 + (depths.get(part) ?? 1))
  if (depth > MAX_DEPTH) {
    const reason = `it is nested more than ${MAX_DEPTH} levels deep; compute a part of it in a column of its own`
    throw new CellarError('INVALID_DECLARATION', { subject: 'an expression', reason })
  }
  depths.set(node, depth)
  return node
}
