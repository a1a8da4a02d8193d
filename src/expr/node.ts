import type { AggregateNode } from './aggregate-node.ts'
import type { CallNode } from './call-node.ts'
import type { CaseNode } from './case-node.ts'
import type { ColumnRefNode } from './column-ref-node.ts'
import type { ElementNode } from './element-node.ts'
import type { LiteralNode } from './literal-node.ts'
import type { OperationNode } from './operation-node.ts'
import type { ParameterNode } from './parameter-node.ts'
import type { SubqueryNode } from './subquery-node.ts'
import type { WindowNode } from './window-node.ts'

/** Every kind of node. The union and all handler tables derive from it. */
export interface NodeMap {
  readonly literal: LiteralNode
  readonly 'column-ref': ColumnRefNode
  readonly parameter: ParameterNode
  readonly element: ElementNode
  readonly operation: OperationNode
  readonly case: CaseNode
  readonly call: CallNode
  readonly aggregate: AggregateNode
  readonly window: WindowNode
  readonly subquery: SubqueryNode
}

export type ExprNode = NodeMap[keyof NodeMap]

/** One handler for each kind of node; a missing one is a compile error. */
export type NodeHandlers<C, R> = { readonly [K in keyof NodeMap]: (node: NodeMap[K], context: C) => R }

export function visitNode<C, R>(node: ExprNode, handlers: NodeHandlers<C, R>, context: C): R {
  // The mapped type pairs kinds and handlers; TypeScript cannot follow that through an index.
  const handle = handlers[node.kind] as (node: ExprNode, context: C) => R
  return handle(node, context)
}
