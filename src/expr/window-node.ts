import type { AggregateDefinition } from '../func/aggregate-definition.ts'
import type { ExprNode } from './node.ts'
import { factsOf, type NodeBase } from './node-facts.ts'
import type { OrderSpec } from './order-spec.ts'

/** Rows before and after the current one; undefined is all of them. */
export interface WindowFrame {
  readonly preceding: number | undefined
  readonly following: number | undefined
}

/** A value for each row, from the rows around it. */
export interface WindowNode extends NodeBase {
  readonly kind: 'window'
  /** An entry of the table of aggregates, or of that of window functions. */
  readonly function: string
  /** A user's aggregate; runs in JavaScript. */
  readonly definition?: AggregateDefinition | undefined
  readonly operands: readonly ExprNode[]
  readonly partition: readonly ExprNode[]
  readonly order: readonly OrderSpec[]
  readonly frame: WindowFrame | undefined
}

export function windowNode(fields: Omit<WindowNode, 'kind' | 'facts'>): WindowNode {
  const { function: name, definition, operands, partition, order, frame, type, nullable } = fields
  const parts = [...operands, ...partition, ...order.map((term) => term.node)]
  return Object.freeze({
    kind: 'window',
    function: name,
    definition,
    operands,
    partition,
    order,
    frame,
    type,
    nullable,
    facts: factsOf('window', parts),
  })
}
