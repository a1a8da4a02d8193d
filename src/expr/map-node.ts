import { aggregateNode } from './aggregate-node.ts'
import { callNode } from './call-node.ts'
import { caseBranch, caseNode } from './case-node.ts'
import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'
import { operationNode } from './operation-node.ts'
import type { OrderSpec } from './order-spec.ts'
import { subqueryNode } from './subquery-node.ts'
import { windowNode } from './window-node.ts'

type Replace = (node: ExprNode) => ExprNode | undefined

/**
 * The expression with parts replaced: `replace` is asked from the outside in, and what it gives is taken as it is. A
 * query within the expression stays as it is.
 */
export function mapNode(node: ExprNode, replace: Replace): ExprNode {
  return replace(node) ?? visitNode(node, rebuild, replace)
}

const mapOrder = (order: readonly OrderSpec[], replace: Replace) =>
  order.map((term) => Object.freeze({ ...term, node: mapNode(term.node, replace) }))

const rebuild: NodeHandlers<Replace, ExprNode> = {
  literal: (node) => node,
  parameter: (node) => node,
  element: (node) => node,
  'column-ref': (node) => node,
  operation: (node, replace) =>
    operationNode({ ...node, operands: node.operands.map((operand) => mapNode(operand, replace)) }),
  case: (node, replace) =>
    caseNode({
      ...node,
      branches: node.branches.map(({ when, then }) => caseBranch(mapNode(when, replace), mapNode(then, replace))),
      otherwise: mapNode(node.otherwise, replace),
    }),
  call: (node, replace) => {
    const args = Object.entries(node.args).map(([name, arg]) => [name, mapNode(arg, replace)] as const)
    return callNode({ ...node, args: Object.fromEntries(args) })
  },
  aggregate: (node, replace) =>
    aggregateNode({
      ...node,
      operands: node.operands.map((operand) => mapNode(operand, replace)),
      order: mapOrder(node.order, replace),
    }),
  window: (node, replace) =>
    windowNode({
      ...node,
      operands: node.operands.map((operand) => mapNode(operand, replace)),
      partition: node.partition.map((part) => mapNode(part, replace)),
      order: mapOrder(node.order, replace),
    }),
  subquery: (node, replace) => subqueryNode({ ...node, operand: node.operand && mapNode(node.operand, replace) }),
}
