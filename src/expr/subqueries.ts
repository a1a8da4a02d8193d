import { CellarError } from '../errors/cellar-error.ts'
import type { AnyExpr, BoolExpr } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import { type QueryValue, queryValueOf, subqueryNode } from './subquery-node.ts'
import { toExpr } from './to-expr.ts'

/** Any query: what it reads does not matter. */
interface AnyQuery {
  readonly '~result': unknown
}

/** A query that selects one column. */
interface OneColumn<E extends AnyExpr> {
  readonly '~result': Readonly<Record<string, E>>
}

/**
 * Whether the query has a row. It can name columns of the query around it.
 *
 * @example
 * cellar.from(authors).where((a) => exists(from(books).where((b) => b.author.eq(a.id))))
 */
export function exists(query: AnyQuery): BoolExpr {
  const value = queryOf('exists', query)
  const node = subqueryNode({ form: 'exists', operand: undefined, query: value, type: types.bool, nullable: false })
  return toExpr(node) as unknown as BoolExpr
}

/**
 * The value of a query that selects one column of one row; null without a row. Give it a limit of 1 or an aggregate.
 *
 * @throws SEVERAL_ROWS when it is run and there is more than one row
 */
export function scalar<E extends AnyExpr>(query: OneColumn<E>): E['~null'] {
  const value = queryOf('scalar', query)
  const [column, ...more] = Object.values(value.columns)
  if (!column || more.length > 0) throw refused('scalar', 'its query has to select one column')
  return toExpr(
    subqueryNode({ form: 'scalar', operand: undefined, query: value, type: column.type, nullable: true }),
  ) as E['~null']
}

function queryOf(clause: string, query: unknown): QueryValue {
  const value = queryValueOf(query)
  if (value) return value
  throw refused(clause, 'it takes a query')
}

function refused(clause: string, reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause, reason })
}
