import type { ColumnType } from '../types/column-type.ts'
import { factsOf, type NodeBase } from './node-facts.ts'

/** A value, already parsed by its type. */
export interface LiteralNode extends NodeBase {
  readonly kind: 'literal'
  readonly value: unknown
}

export function literalNode(value: unknown, type: ColumnType): LiteralNode {
  return Object.freeze({ kind: 'literal', value, type, nullable: value === null, facts: factsOf('literal') })
}
