import { CellarError } from '../errors/cellar-error.ts'
import type { AnyExpr, Expr, JsonExpr } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import { jsonNodeOf } from './json-of.ts'
import { applyOperation } from './operations/table.ts'
import { toExpr } from './to-expr.ts'
import { toNode } from './to-node.ts'

/** A value with its expressions replaced by what they are as JSON. */
export type JsonOf<T> = T extends AnyExpr
  ? T['~wire']
  : T extends readonly unknown[] | Readonly<Record<string, unknown>>
    ? { -readonly [K in keyof T]: JsonOf<T[K]> }
    : T

/**
 * JSON put together from values and expressions. Expressions stand for their JSON as HTTP answers write it: times in
 * ISO 8601, bigints and decimals as text.
 *
 * @example
 * json({ title: c.title, size: [c.width, c.height] })
 */
export function json<const T>(value: T): JsonExpr<JsonOf<T>> {
  return toExpr(jsonNodeOf(value)) as unknown as JsonExpr<JsonOf<T>>
}

/** The JSON that the text is; null where it is none, and for JSON's own null. */
export function parseJson<V = unknown>(text: string | Expr<'string', string, null>): JsonExpr<V, null> {
  const node = toNode(text, types.string)
  if (node.type.kind !== 'string') {
    const reason = `it takes string, not ${node.type.kind}`
    throw new CellarError('INVALID_DECLARATION', { subject: 'parseJson', reason })
  }
  return toExpr(applyOperation('json.parse', node)) as unknown as JsonExpr<V, null>
}
