import type { ExprNode } from '../expr/node.ts'
import { partsOfKind, walkNode } from '../expr/walk.ts'
import type { FunctionId } from '../func/same-definition.ts'
import type { AnyTable } from '../schema/table.ts'
import type { QuerySpec, RowsSpec } from './query-spec.ts'
import { sourcesOf } from './sources.ts'

/** The expressions of the clauses; those that the result consists of only where they are given. */
export function nodesOf(spec: QuerySpec): readonly ExprNode[] {
  const { joins, where, groupBy, having, select, sample, order, limit, offset } = spec
  const nodes: ExprNode[] = []
  for (const { on } of joins) if (on) nodes.push(on)
  if (where) nodes.push(where)
  if (groupBy) nodes.push(...Object.values(groupBy))
  if (having) nodes.push(having)
  if (select) nodes.push(...Object.values(select))
  if (sample) nodes.push(...sample.perGroup)
  for (const { node } of order) nodes.push(node)
  if (limit) nodes.push(limit)
  if (offset) nodes.push(offset)
  return nodes
}

/** Queries that stand in an expression. */
export function subqueriesOf(node: ExprNode): readonly RowsSpec[] {
  return partsOfKind(node, 'subquery').map(({ query }) => query.spec as RowsSpec)
}

/** The queries directly within a query: sources, and those that stand in its expressions. */
function innerQueries(spec: RowsSpec): readonly RowsSpec[] {
  if (spec.kind === 'set') return [spec.left, spec.right]
  const sources = sourcesOf(spec).flatMap((from) => (from.kind === 'query' ? [from.query] : []))
  return [...sources, ...nodesOf(spec).flatMap(subqueriesOf)]
}

/** The functions, aggregates and iterators that the query calls, within queries in it too. */
export function callsWithin(spec: RowsSpec): readonly (FunctionId & { readonly sourceHash: string })[] {
  const own = spec.kind === 'set' ? [] : nodesOf(spec).flatMap(walkNode)
  const found = own.flatMap((part) => {
    if (part.kind === 'call') return [{ ...part.function, sourceHash: part.definition?.sourceHash ?? '' }]
    return (part.kind === 'aggregate' || part.kind === 'window') && part.definition ? [part.definition] : []
  })
  const iterators =
    spec.kind === 'set' ? [] : sourcesOf(spec).flatMap((from) => (from.kind === 'iterator' ? [from.definition] : []))
  return [...found, ...iterators, ...innerQueries(spec).flatMap(callsWithin)]
}

const tables = new WeakMap<RowsSpec, readonly AnyTable[]>()

/** Every table that the query reads, once. */
export function tablesOf(spec: RowsSpec): readonly AnyTable[] {
  const known = tables.get(spec)
  if (known) return known
  const own = spec.kind === 'set' ? [] : sourcesOf(spec).flatMap((from) => (from.kind === 'table' ? [from.table] : []))
  const found = Object.freeze([...new Set([...own, ...innerQueries(spec).flatMap(tablesOf)])])
  tables.set(spec, found)
  return found
}
