import type { ExprNode } from './node.ts'
import { factsOf, type NodeBase } from './node-facts.ts'

export interface CaseBranch {
  readonly when: ExprNode
  readonly then: ExprNode
}

export function caseBranch(when: ExprNode, then: ExprNode): CaseBranch {
  return Object.freeze({ when, then })
}

/** The first branch whose condition is true; null and false both go on to the next. */
export interface CaseNode extends NodeBase {
  readonly kind: 'case'
  readonly branches: readonly CaseBranch[]
  readonly otherwise: ExprNode
}

export function caseNode(fields: Omit<CaseNode, 'kind' | 'facts'>): CaseNode {
  const { branches, otherwise, type, nullable } = fields
  const parts = [...branches.flatMap(({ when, then }) => [when, then]), otherwise]
  const facts = factsOf('case', parts)
  return Object.freeze({ kind: 'case', branches: Object.freeze([...branches]), otherwise, type, nullable, facts })
}
