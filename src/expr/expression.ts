import type { ExprNode } from './node.ts'

/** Where an expression keeps its node; a registered symbol, so that expressions of another installed copy are understood. */
export const NODE = Symbol.for('cellar.node')

export interface ExprValue {
  readonly [NODE]: ExprNode
}

export function isExpr(value: unknown): value is ExprValue {
  return typeof value === 'object' && value !== null && NODE in value
}
