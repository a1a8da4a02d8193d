import type { CallNode } from '../expr/call-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'

/** Holds when the node's value is true, is false or null, or is null. */
export interface Condition {
  readonly node: ExprNode
  readonly test: 'true' | 'not-true' | 'null'
}

/** A distinct call and, for each place it stands in, the conditions under which that place is reached. */
interface Occurrence {
  readonly call: CallNode
  readonly needed: (readonly Condition[])[]
}

export type Occurrences = Map<string, Occurrence>

/** The distinct calls of an expression by key, outer calls before those in their arguments. */
export function occurrencesOf(node: ExprNode): Occurrences {
  const found: Occurrences = new Map()
  visit(node, [], found)
  return found
}

function visit(node: ExprNode, conditions: readonly Condition[], found: Occurrences): void {
  switch (node.kind) {
    case 'call': {
      const key = nodeKey(node)
      const known = found.get(key)
      if (known) known.needed.push(conditions)
      else found.set(key, { call: node, needed: [conditions] })
      for (const argument of Object.values(node.args)) visit(argument, conditions, found)
      return
    }
    case 'case': {
      let open = conditions
      for (const { when, then } of node.branches) {
        visit(when, open, found)
        visit(then, [...open, { node: when, test: 'true' }], found)
        open = [...open, { node: when, test: 'not-true' }]
      }
      visit(node.otherwise, open, found)
      return
    }
    case 'operation': {
      let open = conditions
      for (const operand of node.operands) {
        visit(operand, open, found)
        if (node.operation === 'coalesce') open = [...open, { node: operand, test: 'null' }]
      }
      return
    }
    default:
      return
  }
}
