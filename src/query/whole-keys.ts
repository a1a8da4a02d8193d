import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import { type OperationNode, operationNode } from '../expr/operation-node.ts'
import { mapNodes } from './map-nodes.ts'
import type { QuerySpec } from './query-spec.ts'

/** Chains of these are kept flat: a key that was written as the beginning of a longer one is no part of it any more. */
const CHAINED: readonly string[] = ['bool.and', 'bool.or', 'text.concat']

/** The query with the keys of its groups as operands of their own wherever a longer chain begins with one. */
export function withWholeKeys(spec: QuerySpec): QuerySpec {
  const keys = Object.values(spec.groupBy ?? {}).filter(isChain)
  if (keys.length === 0) return spec
  keys.sort((a, b) => b.operands.length - a.operands.length)
  const restore = (node: ExprNode): ExprNode | undefined => {
    if (!isChain(node)) return undefined
    const key = keys.find((candidate) => isBeginning(candidate, node))
    if (!key) return undefined
    const rest = node.operands.slice(key.operands.length).map((operand) => mapNode(operand, restore))
    return operationNode({ ...node, operands: [key, ...rest] })
  }
  return Object.freeze(mapNodes(spec, restore))
}

function isChain(node: ExprNode): node is OperationNode {
  return node.kind === 'operation' && CHAINED.includes(node.operation)
}

function isBeginning(key: OperationNode, { operation, operands }: OperationNode): boolean {
  if (key.operation !== operation || key.operands.length >= operands.length) return false
  return key.operands.every((operand, index) => nodeKey(operand) === nodeKey(operands[index] as ExprNode))
}
