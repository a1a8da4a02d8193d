import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'

const list = (nodes: readonly ExprNode[]) => nodes.map(nodeText).join(', ')

const writers: NodeHandlers<undefined, string> = {
  literal: ({ value }) => (typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))),
  'column-ref': ({ column }) => column,
  parameter: ({ name }) => `:${name}`,
  element: ({ level }) => `element${level}`,
  operation: ({ operation, operands }) => `${operation}(${list(operands)})`,
  case: ({ branches, otherwise }) =>
    `case(${branches.map(({ when, then }) => `${nodeText(when)} → ${nodeText(then)}`).join(', ')}, else ${nodeText(otherwise)})`,
  call: ({ function: { name }, args }) =>
    `${name}(${Object.entries(args)
      .map(([arg, node]) => `${arg}: ${nodeText(node)}`)
      .join(', ')})`,
  aggregate: ({ aggregate, operands }) => `${aggregate}(${list(operands)})`,
  window: ({ function: name, operands }) => `${name}(${list(operands)}) over (…)`,
  subquery: ({ form, operand }) => `${form}(${operand ? `${nodeText(operand)}, ` : ''}query)`,
}

/** An expression for people to read; nothing parses it. */
export function nodeText(node: ExprNode): string {
  return visitNode(node, writers, undefined)
}
