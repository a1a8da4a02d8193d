import type { ExprNode } from './node.ts'
import { findOperation } from './operations/table.ts'
import { childrenOf } from './walk.ts'

/** True when SQL gives exactly the answer that JavaScript gives. Function calls never run in SQL. */
export function isSqlCompilable(node: ExprNode): boolean {
  const { facts } = node
  facts.sql ??= hasSql(node) && childrenOf(node).every(isSqlCompilable)
  return facts.sql
}

/** The node itself, its parts left aside. */
export function hasSql(node: ExprNode): boolean {
  if (node.kind === 'call' || node.kind === 'element') return false
  if (node.kind === 'aggregate' || node.kind === 'window') return node.definition === undefined
  if (node.kind === 'subquery') return node.query.sql
  return node.kind !== 'operation' || findOperation(node.operation).sql !== null
}
