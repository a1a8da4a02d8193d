import type { CallNode } from './call-node.ts'
import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'
import { holds } from './node-facts.ts'

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
export function walkNode(node: ExprNode): readonly ExprNode[] {
  const found: ExprNode[] = []
  collect(node, found)
  return found
}

function collect(node: ExprNode, found: ExprNode[]): void {
  found.push(node)
  for (const child of childrenOf(node)) collect(child, found)
}

type NodeOf<K extends ExprNode['kind']> = Extract<ExprNode, { readonly kind: K }>

/** The nodes of a kind in the expression, itself included. */
export function partsOfKind<K extends ExprNode['kind']>(node: ExprNode, kind: K): readonly NodeOf<K>[] {
  if (!holds(node, kind)) return []
  return walkNode(node).filter((part): part is NodeOf<K> => part.kind === kind)
}

/** Names of the columns that the expression reads. */
export function columnsOf(node: ExprNode): ReadonlySet<string> {
  const { facts } = node
  facts.columns ??= new Set(partsOfKind(node, 'column-ref').map((part) => part.column))
  return facts.columns
}

/** The function calls of the expression, outer ones first; equal calls as often as they stand there. */
export function callsOf(node: ExprNode): readonly CallNode[] {
  return partsOfKind(node, 'call')
}
