import { withDepth } from './depth.ts'
import type { ExprNode } from './node.ts'
import type { ResultType } from './result-type.ts'

/** An entry of the table of operations applied to operands. */
export interface OperationNode extends ResultType {
  readonly kind: 'operation'
  /** As in `text.lower`; persisted, so names never change their meaning. */
  readonly operation: string
  readonly operands: readonly ExprNode[]
}

export function operationNode(fields: Omit<OperationNode, 'kind'>): OperationNode {
  const { operation, operands, type, nullable } = fields
  const node = { kind: 'operation', operation, operands: Object.freeze([...operands]), type, nullable } as const
  return withDepth<OperationNode>(Object.freeze(node), operands)
}
