import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'
import type { OrderSpec } from './order-spec.ts'

const keys = new WeakMap<ExprNode, string>()
const shapes = new WeakMap<ExprNode, readonly unknown[]>()

const parts: NodeHandlers<undefined, readonly unknown[]> = {
  literal: ({ value, type }) => ['literal', type.kind, value === null ? null : type.toStoredJson(value)],
  'column-ref': ({ table, column, source }) =>
    source === undefined ? ['column', table, column] : ['column', source.id, column],
  parameter: ({ name }) => ['parameter', name],
  element: ({ level }) => ['element', level],
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
  aggregate: ({ aggregate, definition, operands, distinct, order }) => [
    'aggregate',
    definition ? identityOf(definition) : aggregate,
    distinct,
    operands.map(shapeOf),
    order.map(orderShape),
  ],
  window: ({ function: name, definition, operands, partition, order, frame }) => [
    'window',
    definition ? identityOf(definition) : name,
    operands.map(shapeOf),
    partition.map(shapeOf),
    order.map(orderShape),
    frame ? [frame.preceding ?? null, frame.following ?? null] : null,
  ],
  subquery: ({ form, operand, query }) => ['subquery', identityOf(query.spec), form, operand ? shapeOf(operand) : null],
}

const orderShape = ({ node, direction, nulls }: OrderSpec) => [shapeOf(node), direction, nulls ?? null]

/** Sub-queries, and aggregates of users, are the same when they are one value. */
const identities = new WeakMap<object, number>()
let identified = 0
function identityOf(value: object): number {
  const known = identities.get(value)
  if (known !== undefined) return known
  identified += 1
  identities.set(value, identified)
  return identified
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
