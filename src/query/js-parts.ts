import type { ExprNode } from '../expr/node.ts'
import { holds } from '../expr/node-facts.ts'
import { nodeKey } from '../expr/node-key.ts'
import { hasSql, isSqlCompilable } from '../expr/sql-compilable.ts'
import { childrenOf } from '../expr/walk.ts'
import { conjunctsOf } from './conditions.ts'
import { isGrouped } from './groups.ts'
import type { QuerySpec } from './query-spec.ts'
import { outputsOf } from './sources.ts'

const LATE = ['aggregate', 'window', 'subquery'] as const

/** Has a value for one row by itself, so that JavaScript can evaluate it. */
export function isRowLevel(node: ExprNode): boolean {
  return !LATE.some((kind) => holds(node, kind))
}

/** The largest parts of the expressions that JavaScript has to evaluate and can, each once. */
export function jsParts(nodes: readonly ExprNode[]): readonly ExprNode[] {
  const found = new Map<string, ExprNode>()
  const visit = (node: ExprNode): void => {
    if (isSqlCompilable(node)) return
    if (isRowLevel(node)) found.set(nodeKey(node), node)
    else childrenOf(node).forEach(visit)
  }
  nodes.forEach(visit)
  return [...found.values()]
}

/** Windows and sub-queries whose result JavaScript goes on with, and windows that it makes, each once. */
export function lateParts(nodes: readonly ExprNode[]): readonly ExprNode[] {
  const found = new Map<string, ExprNode>()
  const visit = (node: ExprNode, wanted: boolean): void => {
    const made = node.kind === 'window' && node.definition !== undefined
    if (made || (wanted && (node.kind === 'window' || node.kind === 'subquery'))) found.set(nodeKey(node), node)
    else for (const child of childrenOf(node)) visit(child, wanted || !hasSql(node))
  }
  for (const node of nodes) visit(node, false)
  return [...found.values()]
}

/** JavaScript has nothing to do but to drop rows and to add values to them, one by one. */
export function isRowByRow(spec: QuerySpec): boolean {
  if (isGrouped(spec) || spec.distinct || spec.sample) return false
  const ordered = spec.order.map((term) => term.node)
  const exact = [...spec.joins.flatMap(({ on }) => on ?? []), ...ordered]
  const conditions = conjunctsOf(spec.where)
  const outputs = Object.values(outputsOf(spec))
  if (!exact.every(isSqlCompilable)) return false
  if (![...conditions, ...outputs].every((node) => isSqlCompilable(node) || isRowLevel(node))) return false
  // A window looks at the rows that are left when all conditions are known.
  const windows = [...outputs, ...ordered].some((node) => holds(node, 'window'))
  return !windows || conditions.every(isSqlCompilable)
}
