import { CellarError } from '../errors/cellar-error.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { literalNode } from '../expr/literal-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import { applyOperation } from '../expr/operations/table.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import { types } from '../types/kinds.ts'
import { combineConditions } from './conditions.ts'
import { isGrouped } from './groups.ts'
import type { QuerySpec } from './query-spec.ts'
import { nullableSources, outputsOf, sourcesOf } from './sources.ts'

/**
 * The order of the query with what tells all its rows apart behind it.
 *
 * @throws INVALID_QUERY where nothing does
 */
export function totalOrder(spec: QuerySpec): readonly OrderSpec[] {
  const known = new Set(spec.order.map((term) => nodeKey(term.node)))
  const more = identityOf(spec).filter((node) => !known.has(nodeKey(node)))
  return [...spec.order, ...more.map((node): OrderSpec => ({ node, direction: 'asc' }))]
}

function identityOf(spec: QuerySpec): readonly ExprNode[] {
  if (spec.distinct) return comparable(Object.values(outputsOf(spec)))
  if (isGrouped(spec)) return comparable(Object.values(spec.groupBy ?? {}))
  const nullable = nullableSources(spec.joins)
  return sourcesOf(spec).map((from, position) => {
    if (from.kind !== 'table') throw refused('rows of another query cannot be told apart; make them distinct')
    const result = { type: types.int, nullable: nullable[position] ?? false }
    return columnRefNode('_rowid', result, null, from.source)
  })
}

function comparable(nodes: readonly ExprNode[]): readonly ExprNode[] {
  const odd = nodes.find((node) => !node.type.ordered)
  if (odd) throw refused(`values of type ${odd.type.kind} have no order, so rows cannot be told apart`)
  return nodes
}

/**
 * Rows that come after the one with these values of the order: behind it in the first term in which they differ. Where
 * nulls stand is as for Postgres: last ascending and first descending, unless the term says.
 */
export function rowsAfter(order: readonly OrderSpec[], values: readonly unknown[]): ExprNode {
  let after: ExprNode = literalNode(false, types.bool)
  for (const [index, term] of [...order.entries()].reverse()) {
    const value = values[index] ?? null
    const further = behind(term, value)
    const same = combineConditions(equal(term.node, value), after)
    after = further ? applyOperation('bool.or', further, same) : same
  }
  return after
}

function behind({ node, direction, nulls }: OrderSpec, value: unknown): ExprNode | undefined {
  const nullsFirst = nulls === undefined ? direction === 'desc' : nulls === 'first'
  if (value === null) return nullsFirst ? applyOperation('is-not-null', node) : undefined
  const further = applyOperation(direction === 'asc' ? 'gt' : 'lt', node, literalNode(value, node.type))
  return nullsFirst || !node.nullable ? further : applyOperation('bool.or', further, applyOperation('is-null', node))
}

function equal(node: ExprNode, value: unknown): ExprNode {
  return value === null ? applyOperation('is-null', node) : applyOperation('eq', node, literalNode(value, node.type))
}

function refused(reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause: 'page', reason })
}
