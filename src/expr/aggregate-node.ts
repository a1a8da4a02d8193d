import { withDepth } from './depth.ts'
import type { ExprNode } from './node.ts'
import type { OrderSpec } from './order-spec.ts'
import type { ResultType } from './result-type.ts'

/** One value for a group of rows. */
export interface AggregateNode extends ResultType {
  readonly kind: 'aggregate'
  /** An entry of the table of aggregates. */
  readonly aggregate: string
  readonly operands: readonly ExprNode[]
  /** Equal values count once. */
  readonly distinct: boolean
  readonly order: readonly OrderSpec[]
}

export function aggregateNode(fields: Omit<AggregateNode, 'kind'>): AggregateNode {
  const { aggregate, operands, distinct, order, type, nullable } = fields
  const parts = [...operands, ...order.map((term) => term.node)]
  const node = { kind: 'aggregate', aggregate, operands, distinct, order, type, nullable } as const
  return withDepth<AggregateNode>(Object.freeze(node), parts)
}
