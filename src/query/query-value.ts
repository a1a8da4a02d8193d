import type { ColumnRefNode } from '../expr/column-ref-node.ts'
import { isSqlCompilable } from '../expr/sql-compilable.ts'
import type { QueryValue } from '../expr/subquery-node.ts'
import { partsOfKind } from '../expr/walk.ts'
import type { QuerySpec, RowsSpec, SourceSpec } from './query-spec.ts'
import { outputsOf, ownSources, sourcesOf } from './sources.ts'
import { nodesOf } from './spec-parts.ts'

const values = new WeakMap<QuerySpec, QueryValue>()

/** What an expression has to know of the query when it stands in one. */
export function queryValue(spec: QuerySpec): QueryValue {
  const known = values.get(spec)
  if (known) return known
  const value = Object.freeze({ spec, columns: outputsOf(spec), sql: isSqlQuery(spec), outer: outerColumns(spec) })
  values.set(spec, value)
  return value
}

const compilable = new WeakMap<RowsSpec, boolean>()

/** Postgres can run all of it. */
export function isSqlQuery(spec: RowsSpec): boolean {
  const known = compilable.get(spec)
  if (known !== undefined) return known
  const result = spec.kind === 'set' ? isSqlQuery(spec.left) && isSqlQuery(spec.right) : isSqlSelect(spec)
  compilable.set(spec, result)
  return result
}

/** An expression with a query in it can run in SQL only if that query can. */
function isSqlSelect(spec: QuerySpec): boolean {
  return (
    sourcesOf(spec).every((from) => from.kind !== 'iterator' && (from.kind !== 'query' || isSqlQuery(from.query))) &&
    nodesOf(spec).every(isSqlCompilable)
  )
}

/** Columns of queries around this one. */
function outerColumns(spec: QuerySpec): readonly ColumnRefNode[] {
  const own = ownSources(spec)
  const read = nodesOf(spec).flatMap((node) => partsOfKind(node, 'column-ref'))
  const outer = read.filter(({ source }) => source === undefined || !own.has(source))
  return Object.freeze([...outer, ...sourcesOf(spec).flatMap(outerColumnsOfSource)])
}

function outerColumnsOfSource(from: SourceSpec): readonly ColumnRefNode[] {
  if (from.kind !== 'query') return []
  const queries = from.query.kind === 'set' ? [from.query.left, from.query.right] : [from.query]
  return queries.flatMap((query) => queryValue(query).outer)
}
