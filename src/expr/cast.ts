import { CellarError } from '../errors/cellar-error.ts'
import type { AnyColumn } from '../types/column.ts'
import { specOfColumn } from '../types/column-spec.ts'
import type { Expr } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import { literalNode } from './literal-node.ts'
import { applyOperation } from './operations/table.ts'
import { toExpr } from './to-expr.ts'
import { toNode } from './to-node.ts'

/**
 * The value as one of another type, which may have limits: what the type reads from the value itself or from its text,
 * as in `insert`; of a moment a date is its day in UTC. Null where it reads neither: a fraction is no int.
 *
 * @example
 * cast(c.meta.at('price').asText(), t.decimal(10, 2))
 *
 * @throws INVALID_DECLARATION for media and bytes
 */
export function cast<C extends AnyColumn>(value: Expr, type: C): C['~expr']['~null'] {
  const { type: to, default: given, primaryKey, unique } = specOfColumn(type)
  if (given || primaryKey || unique) throw refused('it takes a type such as t.int(), without key and default')
  const node = toNode(value)
  for (const { kind, media } of [node.type, to])
    if (media || kind === 'binary') throw refused(`values of type ${kind} have no other form`)
  return toExpr(applyOperation('cast', node, literalNode(to.toJson(), types.json))) as C['~expr']['~null']
}

function refused(reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: 'cast', reason })
}
