import { withDepth } from './depth.ts'
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
  const parts = [...branches.flatMap(({ when, then }) => [when, then]), otherwise]
  const node = { kind: 'case', branches: Object.freeze([...branches]), otherwise, type, nullable } as const
  return withDepth<CaseNode>(Object.freeze(node), parts)
}
