import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'
import type { OrderSpec } from './order-spec.ts'

/** Text in JSON, which puts the key of a node together from those of its parts. */
const write = (value: unknown): string => JSON.stringify(value)
const list = (nodes: readonly ExprNode[]): string => nodes.map(nodeKey).join(',')

const keys: NodeHandlers<undefined, string> = {
  literal: ({ value, type }) =>
    `["literal",${write(type.kind)},${value === null ? 'null' : write(type.toStoredJson(value))}]`,
  'column-ref': ({ table, column, source }) =>
    source === undefined ? `["column",${write(table)},${write(column)}]` : `["column",${source.id},${write(column)}]`,
  parameter: ({ name }) => `["parameter",${write(name)}]`,
  element: ({ level }) => `["element",${level}]`,
  operation: ({ operation, operands }) => `["operation",${write(operation)},${list(operands)}]`,
  case: ({ branches, otherwise }) => {
    const cases = branches.map(({ when, then }) => `[${nodeKey(when)},${nodeKey(then)}]`)
    return `["case",${[...cases, nodeKey(otherwise)].join(',')}]`
  },
  call: ({ function: { name, version }, args }) => {
    const given = Object.keys(args)
      .sort()
      .map((key) => `,[${write(key)},${nodeKey(args[key] as ExprNode)}]`)
    return `["call",${write(name)},${write(version)}${given.join('')}]`
  },
  aggregate: ({ aggregate, definition, operands, distinct, order }) =>
    `["aggregate",${definition ? identityOf(definition) : write(aggregate)},${distinct},[${list(operands)}],[${orderKey(order)}]]`,
  window: ({ function: name, definition, operands, partition, order, frame }) => {
    const called = definition ? identityOf(definition) : write(name)
    const rows = frame ? write([frame.preceding ?? null, frame.following ?? null]) : 'null'
    return `["window",${called},[${list(operands)}],[${list(partition)}],[${orderKey(order)}],${rows}]`
  },
  subquery: ({ form, operand, query }) =>
    `["subquery",${identityOf(query.spec)},${write(form)},${operand ? nodeKey(operand) : 'null'}]`,
}

const orderKey = (order: readonly OrderSpec[]): string =>
  order.map(({ node, direction, nulls }) => `[${nodeKey(node)},"${direction}",${write(nulls ?? null)}]`).join(',')

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

/** Equal for expressions that always have the same value; the key of a call names its result. */
export function nodeKey(node: ExprNode): string {
  const { facts } = node
  facts.key ??= visitNode(node, keys, undefined)
  return facts.key
}
