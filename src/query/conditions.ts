import type { ExprNode } from '../expr/node.ts'
import { operationNode } from '../expr/operation-node.ts'
import { types } from '../types/kinds.ts'

const AND = 'bool.and'

/** Both conditions have to hold. */
export function combineConditions(first: ExprNode | undefined, second: ExprNode): ExprNode {
  if (first === undefined) return second
  const nullable = first.nullable || second.nullable
  return operationNode({ operation: AND, operands: [first, second], type: types.bool, nullable })
}

/** The conditions that all have to hold, nested ands opened up. */
export function conjunctsOf(node: ExprNode | undefined): readonly ExprNode[] {
  if (node === undefined) return []
  if (node.kind !== 'operation' || node.operation !== AND) return [node]
  return node.operands.flatMap(conjunctsOf)
}
