import type { ExprNode } from './node.ts'

/** How rows are ordered by one expression. Without `nulls`, as Postgres: last when ascending, first when descending. */
export interface OrderSpec {
  readonly node: ExprNode
  readonly direction: 'asc' | 'desc'
  readonly nulls?: 'first' | 'last'
}

/** The opposite order, nulls included. */
export function reverseOrder({ node, direction, nulls }: OrderSpec): OrderSpec {
  const first = nulls === undefined ? direction === 'desc' : nulls === 'first'
  return Object.freeze({ node, direction: direction === 'asc' ? 'desc' : 'asc', nulls: first ? 'last' : 'first' })
}
