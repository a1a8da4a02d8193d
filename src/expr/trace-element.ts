import { CellarError } from '../errors/cellar-error.ts'
import { types } from '../types/kinds.ts'
import { elementNode } from './element-node.ts'
import { type LiteralNode, literalNode } from './literal-node.ts'
import type { ExprNode } from './node.ts'
import { holds } from './node-facts.ts'
import { toNode } from './to-node.ts'
import { walkNode } from './walk.ts'

/** How many callbacks are being traced: those within callbacks name elements of their own. */
let level = 0

/** What the callback gives for an element of a JSON list; it is called once, with an expression for the element. */
export function traceElement(
  subject: string,
  callback: unknown,
  toExpr: (node: ExprNode) => unknown,
): { readonly level: LiteralNode; readonly body: ExprNode } {
  if (typeof callback !== 'function') throw refused(subject, 'it takes a callback')
  level += 1
  try {
    const body = toNode(callback(toExpr(elementNode(level, { type: types.json, nullable: true }))))
    for (const part of walkNode(body)) assertPart(subject, part)
    return { level: literalNode(level, types.int), body }
  } finally {
    level -= 1
  }
}

/** Calls are made once a row, aggregates once a group: neither can be of an element. */
function assertPart(subject: string, part: ExprNode): void {
  if (part.kind === 'aggregate' || part.kind === 'window' || part.kind === 'subquery')
    throw refused(subject, 'its callback can hold neither aggregates nor queries')
  if (part.kind === 'call' && holds(part, 'element'))
    throw refused(subject, `functions are called for rows, and ${part.function.name} would be for elements`)
}

function refused(subject: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject, reason })
}
