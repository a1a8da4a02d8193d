import type { AggregateDefinition } from '../func/aggregate-definition.ts'
import type { ExprNode } from './node.ts'
import { factsOf, type NodeBase } from './node-facts.ts'
import type { OrderSpec } from './order-spec.ts'

/** One value for a group of rows. */
export interface AggregateNode extends NodeBase {
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

export function aggregateNode(fields: Omit<AggregateNode, 'kind' | 'facts'>): AggregateNode {
  const { aggregate, definition, operands, distinct, order, type, nullable } = fields
  const parts = [...operands, ...order.map((term) => term.node)]
  const facts = factsOf('aggregate', parts)
  return Object.freeze({ kind: 'aggregate', aggregate, definition, operands, distinct, order, type, nullable, facts })
}
