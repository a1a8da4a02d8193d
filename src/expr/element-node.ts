import { factsOf, type NodeBase } from './node-facts.ts'
import type { ResultType } from './result-type.ts'

/** The element at hand within an operation over a list. `level` counts the operations around it, from 1. */
export interface ElementNode extends NodeBase {
  readonly kind: 'element'
  readonly level: number
}

export function elementNode(level: number, { type, nullable }: ResultType): ElementNode {
  return Object.freeze({ kind: 'element', level, type, nullable, facts: factsOf('element') })
}
