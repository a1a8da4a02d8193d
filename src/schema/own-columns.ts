import { callNode } from '../expr/call-node.ts'
import { caseNode } from '../expr/case-node.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { CELLS_COLUMN } from '../expr/column-scope.ts'
import { type ExprNode, type NodeHandlers, visitNode } from '../expr/node.ts'
import { operationNode } from '../expr/operation-node.ts'
import { walkNode } from '../expr/walk.ts'
import type { TableSpec } from './table-spec.ts'

/** Why an expression cannot be computed from one row of the table; undefined where it can. */
export function foreignReason(spec: TableSpec, node: ExprNode): string | undefined {
  for (const part of walkNode(node)) {
    if (part.kind === 'parameter') return `it uses the parameter ${part.name}, which only queries have`
    if (part.kind !== 'column-ref') continue
    if (part.column === CELLS_COLUMN) return 'it uses the state of a cell, which changes without the row being written'
    if (part.table !== null && part.table !== spec.path)
      return `it uses ${part.table}.${part.column}, a column of another table`
    if (!spec.order.includes(part.column)) return `it uses ${part.column}, which is not declared before it`
  }
  return undefined
}

/** The expression with `photos.c.title` inside table photos made the same as `c.title`. */
export function ownColumns(node: ExprNode): ExprNode {
  return visitNode(node, HANDLERS, undefined)
}

const HANDLERS: NodeHandlers<undefined, ExprNode> = {
  literal: (node) => node,
  parameter: (node) => node,
  'column-ref': (node) => (node.table === null ? node : columnRefNode(node.column, node, null)),
  operation: (node) => operationNode({ ...node, operands: node.operands.map(ownColumns) }),
  case: (node) =>
    caseNode({
      ...node,
      // biome-ignore lint/suspicious/noThenProperty: a branch of a case, which nobody awaits
      branches: node.branches.map(({ when, then }) => ({ when: ownColumns(when), then: ownColumns(then) })),
      otherwise: ownColumns(node.otherwise),
    }),
  call: (node) => {
    const args = Object.entries(node.args).map(([name, arg]) => [name, ownColumns(arg)] as const)
    return callNode({ ...node, args: Object.fromEntries(args) })
  },
}
