import type { ExprNode } from './node.ts'
import { factsOf, type NodeBase } from './node-facts.ts'

/** An entry of the table of operations applied to operands. */
export interface OperationNode extends NodeBase {
  readonly kind: 'operation'
  /** As in `text.lower`; persisted, so names never change their meaning. */
  readonly operation: string
  readonly operands: readonly ExprNode[]
}

export function operationNode(fields: Omit<OperationNode, 'kind' | 'facts'>): OperationNode {
  const { operation, operands, type, nullable } = fields
  const facts = factsOf('operation', operands)
  return Object.freeze({ kind: 'operation', operation, operands: Object.freeze([...operands]), type, nullable, facts })
}
