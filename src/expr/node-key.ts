import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'
import { valueToJson } from './value-json.ts'

const keys = new WeakMap<ExprNode, string>()

const parts: NodeHandlers<undefined, readonly unknown[]> = {
  literal: ({ value, type }) => ['literal', type.kind, valueToJson(value)],
  'column-ref': ({ table, column }) => ['column', table, column],
  parameter: ({ name }) => ['parameter', name],
  operation: ({ operation, operands }) => ['operation', operation, ...operands.map(nodeKey)],
  case: ({ branches, otherwise }) => [
    'case',
    ...branches.map(({ when, then }) => [nodeKey(when), nodeKey(then)]),
    nodeKey(otherwise),
  ],
  call: ({ function: { name, version }, args }) => [
    'call',
    name,
    version,
    ...Object.keys(args)
      .sort()
      .map((key) => [key, nodeKey(args[key] as ExprNode)]),
  ],
}

/** Equal for expressions that always have the same value; the key of a call names its result. */
export function nodeKey(node: ExprNode): string {
  const known = keys.get(node)
  if (known !== undefined) return known
  const key = JSON.stringify(visitNode(node, parts, undefined))
  keys.set(node, key)
  return key
}
