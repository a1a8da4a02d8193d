import { CellarError } from '../errors/cellar-error.ts'
import type { AnyExpr } from '../types/expr.ts'
import type { CaseResult, Literal } from '../types/lift.ts'
import { unifyNodes } from './convert.ts'
import { applyOperation, type OperationName } from './operations/table.ts'
import { toExpr } from './to-expr.ts'
import { toNode } from './to-node.ts'

type Value = Literal | AnyExpr
type Values = readonly [Value, Value, ...Value[]]

/**
 * The least of the values; null where one of them is null. Of the rows of a query it is `min`.
 *
 * @example
 * least(c.price, c.offer, 100)
 *
 * @throws INVALID_DECLARATION when the values have no common type, or one without an order
 */
export function least<const V extends Values>(...values: V): CaseResult<V[number]> {
  return extreme('least', values) as CaseResult<V[number]>
}

/**
 * The greatest of the values; null where one of them is null. Of the rows of a query it is `max`.
 *
 * @example
 * greatest(c.updated, c.created)
 *
 * @throws INVALID_DECLARATION when the values have no common type, or one without an order
 */
export function greatest<const V extends Values>(...values: V): CaseResult<V[number]> {
  return extreme('greatest', values) as CaseResult<V[number]>
}

function extreme(operation: OperationName, values: Values): AnyExpr {
  const { type, nodes } = unifyNodes(
    operation,
    values.map((value) => toNode(value)),
  )
  if (type.ordered) return toExpr(applyOperation(operation, ...nodes))
  const reason = `values of type ${type.kind} have no order`
  throw new CellarError('INVALID_DECLARATION', { subject: operation, reason })
}
