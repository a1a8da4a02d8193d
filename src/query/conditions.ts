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

/** All conditions have to hold; undefined where there are none. */
export function allOf(nodes: readonly ExprNode[]): ExprNode | undefined {
  return nodes.reduce<ExprNode | undefined>(combineConditions, undefined)
}

/** The conditions that all have to hold, nested ands opened up. */
export function conjunctsOf(node: ExprNode | undefined): readonly ExprNode[] {
  if (node === undefined) return []
  if (node.kind !== 'operation' || node.operation !== AND) return [node]
  return node.operands.flatMap(conjunctsOf)
}

/** What each column of a key is compared with, in the order of the key, where that is all that a condition asks. */
export function keyOperands(where: ExprNode | undefined, key: readonly string[]): readonly ExprNode[] | undefined {
  const parts = conjunctsOf(where).map(equalityOf)
  if (key.length === 0 || parts.length !== key.length) return undefined
  const byColumn = new Map(parts.flatMap((part) => (part ? [part] : [])))
  const operands = key.flatMap((column) => byColumn.get(column) ?? [])
  return operands.length === key.length ? operands : undefined
}

function equalityOf(node: ExprNode): readonly [column: string, operand: ExprNode] | undefined {
  if (node.kind !== 'operation' || node.operation !== 'eq') return undefined
  const [left, right] = node.operands
  if (left?.kind === 'column-ref' && right) return [left.column, right]
  return right?.kind === 'column-ref' && left ? [right.column, left] : undefined
}
