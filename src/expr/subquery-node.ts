import type { ColumnRefNode } from './column-ref-node.ts'
import type { ExprNode } from './node.ts'
import { factsOf, type NodeBase } from './node-facts.ts'
import type { ResultType } from './result-type.ts'

/** What an expression has to know of a query within it. */
export interface QueryValue {
  /** What the query says; only `query/` reads it. */
  readonly spec: object
  readonly columns: Readonly<Record<string, ResultType>>
  /** Postgres can run all of it. */
  readonly sql: boolean
  /** Columns of the queries around it. */
  readonly outer: readonly ColumnRefNode[]
}

/** Where a query keeps what expressions need; a registered symbol, as for expressions. */
export const QUERY = Symbol.for('cellar.query-value')

/** `in`: whether the operand is among the values; `exists`: whether there is a row; `scalar`: the value of the only row. */
export interface SubqueryNode extends NodeBase {
  readonly kind: 'subquery'
  readonly form: 'in' | 'exists' | 'scalar'
  readonly operand: ExprNode | undefined
  readonly query: QueryValue
}

export function subqueryNode(fields: Omit<SubqueryNode, 'kind' | 'facts'>): SubqueryNode {
  const { form, operand, query, type, nullable } = fields
  const facts = factsOf('subquery', operand ? [operand, ...query.outer] : query.outer)
  return Object.freeze({ kind: 'subquery', form, operand, query, type, nullable, facts })
}

export function queryValueOf(value: unknown): QueryValue | undefined {
  if (typeof value !== 'object' || value === null || !(QUERY in value)) return undefined
  return value[QUERY] as QueryValue
}
