import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'

const keys = new WeakMap<ExprNode, string>()
const shapes = new WeakMap<ExprNode, readonly unknown[]>()

const parts: NodeHandlers<undefined, readonly unknown[]> = {
  literal: ({ value, type }) => ['literal', type.kind, value === null ? null : type.toStoredJson(value)],
  'column-ref': ({ table, column }) => ['column', table, column],
  parameter: ({ name }) => ['parameter', name],
  operation: ({ operation, operands }) => ['operation', operation, ...operands.map(shapeOf)],
  case: ({ branches, otherwise }) => [
    'case',
    ...branches.map(({ when, then }) => [shapeOf(when), shapeOf(then)]),
    shapeOf(otherwise),
  ],
  call: ({ function: { name, version }, args }) => [
    'call',
    name,
    version,
    ...Object.keys(args)
      .sort()
      .map((key) => [key, shapeOf(args[key] as ExprNode)]),
  ],
}

function shapeOf(node: ExprNode): readonly unknown[] {
  const known = shapes.get(node)
  if (known) return known
  const shape = visitNode(node, parts, undefined)
  shapes.set(node, shape)
  return shape
}

/** Equal for expressions that always have the same value; the key of a call names its result. */
export function nodeKey(node: ExprNode): string {
  const known = keys.get(node)
  if (known !== undefined) return known
  const key = JSON.stringify(shapeOf(node))
  keys.set(node, key)
  return key
}
