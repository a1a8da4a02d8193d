import { literalNode } from '../expr/literal-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { applyOperation } from '../expr/operations/table.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import { isSqlCompilable } from '../expr/sql-compilable.ts'
import { types } from '../types/kinds.ts'
import { combineConditions } from './conditions.ts'

/** A value of the order; null stands for null. */
type Value = ExprNode | null

/**
 * Rows that come after the one with these values of the order: behind it in the first term in which they differ. Where
 * nulls stand is as for Postgres: last ascending and first descending, unless the term says.
 */
export function rowsAfter(order: readonly OrderSpec[], values: readonly Value[]): ExprNode {
  let after: ExprNode = literalNode(false, types.bool)
  for (const [index, term] of [...order.entries()].reverse()) {
    const value = values[index] ?? null
    const further = behind(term, value)
    if (index === order.length - 1) {
      after = further ?? after
      continue
    }
    const same = combineConditions(equal(term.node, value), after)
    after = further ? applyOperation('bool.or', further, same) : same
  }
  const bound = order.length > 1 ? boundOf(order[0], values[0] ?? null) : undefined
  return bound ? combineConditions(bound, after) : after
}

/** Says nothing new, but what an index can be entered with. */
function boundOf(first: OrderSpec | undefined, value: Value): ExprNode | undefined {
  if (first === undefined || value === null || first.node.nullable || !isSqlCompilable(first.node)) return undefined
  return applyOperation(first.direction === 'asc' ? 'gte' : 'lte', first.node, value)
}

function behind({ node, direction, nulls }: OrderSpec, value: Value): ExprNode | undefined {
  const nullsFirst = nulls === undefined ? direction === 'desc' : nulls === 'first'
  if (value === null) return nullsFirst ? applyOperation('is-not-null', node) : undefined
  const further = applyOperation(direction === 'asc' ? 'gt' : 'lt', node, value)
  return nullsFirst || !node.nullable ? further : applyOperation('bool.or', further, applyOperation('is-null', node))
}

function equal(node: ExprNode, value: Value): ExprNode {
  return value === null ? applyOperation('is-null', node) : applyOperation('eq', node, value)
}
