import { CellarError } from '../errors/cellar-error.ts'
import type { ResultType } from './result-type.ts'

/** Everything that walks an expression recurses, Postgres included: at this depth all of them are far from overflowing. */
export const MAX_DEPTH = 500

/** One bit for each kind of node; an unbound column is one that no source is known of. */
const BITS = {
  literal: 1,
  'column-ref': 2,
  unbound: 4,
  parameter: 8,
  element: 16,
  operation: 32,
  case: 64,
  call: 128,
  aggregate: 256,
  window: 512,
  subquery: 1024,
} as const

type Fact = keyof typeof BITS

/**
 * What is known of a node as soon as it is made, so that asking needs no walk; and what was found out about it, kept
 * by whoever found it out. On the node and not in weak maps, which cost more than everything else about a short query.
 */
export class NodeFacts {
  readonly depth: number
  /** Bits of the kinds of nodes in it, its own included. */
  readonly kinds: number
  key: string | undefined = undefined
  sql: boolean | undefined = undefined
  columns: ReadonlySet<string> | undefined = undefined

  constructor(depth: number, kinds: number) {
    this.depth = depth
    this.kinds = kinds
  }
}

export interface NodeBase extends ResultType {
  readonly facts: NodeFacts
}

const NONE: readonly NodeBase[] = Object.freeze([])

/** @throws INVALID_DECLARATION when the node is nested too deep */
export function factsOf(kind: Fact, parts: readonly NodeBase[] = NONE): NodeFacts {
  let depth = 0
  let kinds: number = BITS[kind]
  for (const { facts } of parts) {
    if (facts.depth > depth) depth = facts.depth
    kinds |= facts.kinds
  }
  if (depth >= MAX_DEPTH) {
    const reason = `it is nested more than ${MAX_DEPTH} levels deep; compute a part of it in a column of its own`
    throw new CellarError('INVALID_DECLARATION', { subject: 'an expression', reason })
  }
  return new NodeFacts(depth + 1, kinds)
}

/** @param bound whether it is known whose column it is */
export function factsOfColumn(bound: boolean): NodeFacts {
  return new NodeFacts(1, bound ? BITS['column-ref'] : BITS['column-ref'] | BITS.unbound)
}

/** Whether there is such a node in the expression; queries within it are not looked into. */
export function holds({ facts }: NodeBase, kind: Fact): boolean {
  return (facts.kinds & BITS[kind]) !== 0
}
