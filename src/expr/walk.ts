import type { CallNode } from './call-node.ts'
import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'

const NONE: readonly ExprNode[] = Object.freeze([])

const children: NodeHandlers<undefined, readonly ExprNode[]> = {
  literal: () => NONE,
  'column-ref': () => NONE,
  parameter: () => NONE,
  element: () => NONE,
  operation: (node) => node.operands,
  case: (node) => [...node.branches.flatMap(({ when, then }) => [when, then]), node.otherwise],
  call: (node) => Object.values(node.args),
  aggregate: ({ operands, order }) => [...operands, ...order.map((term) => term.node)],
  window: ({ operands, partition, order }) => [...operands, ...partition, ...order.map((term) => term.node)],
  subquery: ({ operand, query }) => (operand ? [operand, ...query.outer] : query.outer),
}

/** The direct parts of a node, in the order of evaluation. */
export function childrenOf(node: ExprNode): readonly ExprNode[] {
  return visitNode(node, children, undefined)
}

/** The node and everything in it, parents before their parts. */
export function* walkNode(node: ExprNode): Generator<ExprNode, void, undefined> {
  yield node
  for (const child of childrenOf(node)) yield* walkNode(child)
}

const columns = new WeakMap<ExprNode, ReadonlySet<string>>()

/** Names of the columns that the expression reads. */
export function columnsOf(node: ExprNode): ReadonlySet<string> {
  const known = columns.get(node)
  if (known) return known
  const found = new Set<string>()
  for (const part of walkNode(node)) if (part.kind === 'column-ref') found.add(part.column)
  columns.set(node, found)
  return found
}

/** The function calls of the expression, outer ones first; equal calls as often as they stand there. */
export function callsOf(node: ExprNode): CallNode[] {
  return [...walkNode(node)].filter((part) => part.kind === 'call')
}
