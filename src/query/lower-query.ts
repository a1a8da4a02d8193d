import { CellarError } from '../errors/cellar-error.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import { isSqlCompilable } from '../expr/sql-compilable.ts'
import { subqueryNode } from '../expr/subquery-node.ts'
import { partsOfKind } from '../expr/walk.ts'
import { conjunctsOf } from './conditions.ts'
import { expandSample } from './expand-sample.ts'
import { checkGroups, isGrouped } from './groups.ts'
import { isRowByRow, jsParts, lateParts } from './js-parts.ts'
import { lowerJoins } from './lower-joins.ts'
import { mapNodes } from './map-nodes.ts'
import { nestGroups, nestLateParts, nestRows } from './nest.ts'
import {
  type IteratorSource,
  type JoinSpec,
  type QuerySpec,
  type RelationSource,
  type RowsSpec,
  type SourceSpec,
  selectFrom,
} from './query-spec.ts'
import { isSqlQuery, queryValue } from './query-value.ts'
import { outputsOf, querySource, sourcesOf } from './sources.ts'
import { nodesOf } from './spec-parts.ts'
import { withWholeKeys } from './whole-keys.ts'

/** Runs a query or an iterator and makes its rows a relation. */
export type Materialize = (rows: QuerySpec | IteratorSource) => Promise<Pick<RelationSource, 'rows' | 'columns'>>

/** Whether the query can be compiled as it is. */
export function isDirect(spec: QuerySpec): boolean {
  return isSqlQuery(spec) || (sourcesAndSubqueriesInSql(spec) && isRowByRow(spec))
}

/**
 * A query that can be compiled, with the same rows: what JavaScript has to do in the midst of it is done, and its
 * rows have become a relation for Postgres to go on with.
 *
 * @throws INVALID_QUERY where JavaScript would have to evaluate pairs of rows
 */
export async function lowerQuery(spec: QuerySpec, materialize: Materialize): Promise<QuerySpec> {
  let current = spec
  for (;;) {
    if (isDirect(current)) return current
    if (current.sample) current = expandSample(current)
    else if (!sourcesAndSubqueriesInSql(current)) current = await lowerInner(current, materialize)
    else if (current.joins.some(({ on }) => on && !isSqlCompilable(on))) current = lowerJoins(current)
    else current = nest(withWholeKeys(current))
  }
}

function nest(spec: QuerySpec): QuerySpec {
  checkGroups(spec)
  const nodes = [...Object.values(outputsOf(spec)), ...conjunctsOf(spec.where), ...spec.order.map((term) => term.node)]
  if (!isGrouped(spec)) return lateParts(nodes).length > 0 ? nestLateParts(spec) : nestRows(spec)
  if (hasLateJavaScript(spec) || hasFoldedAggregate(spec)) return nestGroups(spec)
  // What goes into groups can be made by JavaScript from a value of a sub-query.
  const late = lateParts([...nodes, ...conjunctsOf(spec.having), ...Object.values(spec.groupBy ?? {})])
  return nestRows(spec, late.length > 0 ? lateParts : jsParts)
}

/** JavaScript goes on with the values of groups. */
function hasLateJavaScript(spec: QuerySpec): boolean {
  const keys = new Set(Object.values(spec.groupBy ?? {}).map(nodeKey))
  const nodes = [...Object.values(outputsOf(spec)), ...conjunctsOf(spec.having), ...spec.order.map((term) => term.node)]
  return nodes.some((node) => {
    const rest = mapNode(node, (part) =>
      part.kind === 'aggregate' || keys.has(nodeKey(part)) ? columnRefNode('~', part, null) : undefined,
    )
    return !isSqlCompilable(rest)
  })
}

/** JavaScript makes the values of groups. */
function hasFoldedAggregate(spec: QuerySpec): boolean {
  return nodesOf(spec).some((node) => partsOfKind(node, 'aggregate').some((part) => part.definition !== undefined))
}

function sourcesAndSubqueriesInSql(spec: QuerySpec): boolean {
  const inSql = (from: SourceSpec) => from.kind !== 'iterator' && (from.kind !== 'query' || isSqlQuery(from.query))
  if (!sourcesOf(spec).every(inSql)) return false
  return !nodesOf(spec).some((node) => partsOfKind(node, 'subquery').some((part) => !part.query.sql))
}

/** Runs the queries within the query that Postgres cannot run. */
async function lowerInner(spec: QuerySpec, materialize: Materialize): Promise<QuerySpec> {
  const from = await lowerSource(spec.from, materialize)
  const joins: JoinSpec[] = []
  for (const join of spec.joins) joins.push({ ...join, from: await lowerSource(join.from, materialize) })
  const replaced = new Map<string, ExprNode>()
  for (const part of nodesOf(spec).flatMap((node) => partsOfKind(node, 'subquery'))) {
    if (part.query.sql || replaced.has(nodeKey(part))) continue
    if (part.query.outer.length > 0) {
      const reason = `a query within an expression that reads ${part.query.outer[0]?.column} of the query around it cannot also evaluate something that only JavaScript can; use a join`
      throw new CellarError('INVALID_QUERY', { clause: 'an expression', reason })
    }
    const rows = await lowerRows(part.query.spec as QuerySpec, materialize)
    replaced.set(nodeKey(part), subqueryNode({ ...part, query: queryValue(rows) }))
  }
  const lowered = { ...spec, from, joins }
  return replaced.size === 0 ? lowered : mapNodes(lowered, (part) => replaced.get(nodeKey(part)))
}

async function lowerSource(from: SourceSpec, materialize: Materialize): Promise<SourceSpec> {
  if (from.kind === 'iterator') {
    const { source, replaces } = from
    return { kind: 'relation', source, ...(replaces ? { replaces } : {}), ...(await materialize(from)) }
  }
  if (from.kind !== 'query' || isSqlQuery(from.query)) return from
  if (from.query.kind === 'set') {
    const { operator, left, right } = from.query
    const [a, b] = [await lowerRows(left, materialize), await lowerRows(right, materialize)]
    return { ...from, query: { kind: 'set', operator, left: a, right: b } }
  }
  const { source, replaces } = from
  return { kind: 'relation', source, ...(replaces ? { replaces } : {}), ...(await materialize(from.query)) }
}

/** The same rows as a query that Postgres can run. */
async function lowerRows(spec: QuerySpec, materialize: Materialize): Promise<QuerySpec> {
  if (isSqlQuery(spec)) return spec
  const { source } = querySource(spec as RowsSpec)
  return selectFrom({ kind: 'relation', source, ...(await materialize(spec)) })
}
