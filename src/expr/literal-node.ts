import type { ColumnType } from '../types/column-type.ts'
import type { ResultType } from './result-type.ts'

/** A value, already parsed by its type. */
export interface LiteralNode extends ResultType {
  readonly kind: 'literal'
  readonly value: unknown
}

export function literalNode(value: unknown, type: ColumnType): LiteralNode {
  return Object.freeze({ kind: 'literal', value, type, nullable: value === null })
}
