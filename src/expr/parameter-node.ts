import { factsOf, type NodeBase } from './node-facts.ts'
import type { ResultType } from './result-type.ts'

/** A value given when the expression runs. */
export interface ParameterNode extends NodeBase {
  readonly kind: 'parameter'
  readonly name: string
}

export function parameterNode(name: string, { type, nullable }: ResultType): ParameterNode {
  return Object.freeze({ kind: 'parameter', name, type, nullable, facts: factsOf('parameter') })
}
