import { factsOfColumn, type NodeBase } from './node-facts.ts'
import type { ResultType } from './result-type.ts'
import type { Source } from './source.ts'

/** A column of the row at hand. `table` is set where the expression was not made by a callback of that table. */
export interface ColumnRefNode extends NodeBase {
  readonly kind: 'column-ref'
  readonly table: string | null
  readonly column: string
  /** In a query: whose column it is. */
  readonly source: Source | undefined
}

export function columnRefNode(
  column: string,
  { type, nullable }: ResultType,
  table: string | null,
  source?: Source,
): ColumnRefNode {
  const facts = factsOfColumn(source !== undefined)
  return Object.freeze({ kind: 'column-ref', table, column, source, type, nullable, facts })
}
