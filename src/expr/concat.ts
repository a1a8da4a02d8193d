import type { Expr, TextExpr } from '../types/expr.ts'
import type { Kind } from '../types/kind.ts'
import { NODE } from './expression.ts'
import { applyOperation } from './operations/table.ts'
import { toExpr } from './to-expr.ts'
import { toNode } from './to-node.ts'

/**
 * The parts as one text; null where a part is null. Parts that are no text are written as `toText` writes them.
 *
 * @example
 * concat(c.title, ' (', c.year, ')')
 */
export function concat<M extends null = never>(
  ...parts: readonly (string | number | Expr<Kind, unknown, M>)[]
): TextExpr<M> {
  const nodes = parts.map((part) => {
    const node = toNode(part)
    if (node.type.kind === 'string') return node
    return (toExpr(node) as unknown as { toText(): { readonly [NODE]: typeof node } }).toText()[NODE]
  })
  const operands = nodes.length === 0 ? [toNode('')] : nodes
  return toExpr(applyOperation('text.concat', ...operands)) as unknown as TextExpr<M>
}
