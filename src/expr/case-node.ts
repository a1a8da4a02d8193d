import type { ExprNode } from './node.ts'
import type { ResultType } from './result-type.ts'

export interface CaseBranch {
  readonly when: ExprNode
  readonly then: ExprNode
}

export function caseBranch(when: ExprNode, then: ExprNode): CaseBranch {
  return Object.freeze({ when, then })
}

/** The first branch whose condition is true; null and false both go on to the next. */
export interface CaseNode extends ResultType {
  readonly kind: 'case'
  readonly branches: readonly CaseBranch[]
  readonly otherwise: ExprNode
}

export function caseNode(fields: Omit<CaseNode, 'kind'>): CaseNode {
  const { branches, otherwise, type, nullable } = fields
  return Object.freeze({ kind: 'case', branches: Object.freeze([...branches]), otherwise, type, nullable })
}
