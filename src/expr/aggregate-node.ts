import type { AggregateDefinition } from '../func/aggregate-definition.ts'
import { withDepth } from './depth.ts'
import type { ExprNode } from './node.ts'
import type { OrderSpec } from './order-spec.ts'
import type { ResultType } from './result-type.ts'

/** One value for a group of rows. */
export interface AggregateNode extends ResultType {
  readonly kind: 'aggregate'
  /** An entry of the table of aggregates, or the name of a user's. */
  readonly aggregate: string
  /** A user's aggregate, whose arguments are the operands in their order; runs in JavaScript. */
  readonly definition?: AggregateDefinition | undefined
  readonly operands: readonly ExprNode[]
  /** Equal values count once. */
  readonly distinct: boolean
  readonly order: readonly OrderSpec[]
}

export function aggregateNode(fields: Omit<AggregateNode, 'kind'>): AggregateNode {
  const { aggregate, definition, operands, distinct, order, type, nullable } = fields
  const parts = [...operands, ...order.map((term) => term.node)]
  const node = { kind: 'aggregate', aggregate, definition, operands, distinct, order, type, nullable } as const
  return withDepth<AggregateNode>(Object.freeze(node), parts)
}
