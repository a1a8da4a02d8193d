import { CellarError } from '../errors/cellar-error.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { literalNode } from '../expr/literal-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import type { ResultType } from '../expr/result-type.ts'
import { specOfTable } from '../schema/table-value.ts'
import { types } from '../types/kinds.ts'
import { isGrouped } from './groups.ts'
import type { QuerySpec, RowsSpec, SetSpec, SourceSpec, TableSource } from './query-spec.ts'
import { nullableSources, outputsOf, sourcesOf } from './sources.ts'

/** A query with what tells its rows apart: expressions over its sources, which may have got columns for that. */
export interface Identified {
  readonly spec: QuerySpec
  readonly identity: readonly ExprNode[]
}

/** A column that a source gives besides those that can be named. */
interface HiddenColumn extends ResultType {
  readonly name: string
}

/**
 * Rows that are distinct are told apart by their values, groups by their keys, everything else by the rows that were
 * read for it.
 *
 * @param order in which the rows are seen: what it names needs no column of its own
 * @throws INVALID_QUERY where some of that cannot be compared
 */
export function identifyRows(spec: QuerySpec, order: readonly OrderSpec[] = []): Identified {
  if (spec.distinct) return { spec, identity: comparable(Object.values(outputsOf(spec))) }
  if (isGrouped(spec)) return { spec, identity: comparable(Object.values(spec.groupBy ?? {})) }
  if (spec.sample && sourcesOf(spec).some((from) => from.kind !== 'table'))
    throw refused('a sample of the rows of another query has none; sample the tables within it')
  const missing = nullableSources(spec.joins)
  const identity: ExprNode[] = []
  const identified = sourcesOf(spec).map((from, position) => {
    const { source, columns } = identifySource(from, order)
    for (const { name, type, nullable } of columns) {
      identity.push(columnRefNode(name, { type, nullable: nullable || missing[position] === true }, null, from.source))
    }
    return source
  })
  const [from, ...joined] = identified
  if (from === undefined || identified.every((source, at) => source === sourcesOf(spec)[at])) return { spec, identity }
  const joins = spec.joins.map((join, at) => ({ ...join, from: joined[at] ?? join.from }))
  return { identity, spec: Object.freeze({ ...spec, from, joins, select: outputsOf(spec) }) }
}

function identifySource(from: SourceSpec, order: readonly OrderSpec[]) {
  if (from.kind === 'table')
    return {
      source: from,
      columns: hasWholeKey(from, order) ? [] : [{ name: '_rowid', type: types.int, nullable: false }],
    }
  if (from.kind !== 'query') throw refused('rows of an iterator can be equal; make them distinct')
  const { query, columns } = exposeIdentity(from.query)
  return { source: { ...from, query }, columns }
}

/** Rows that are ordered by the whole primary key need nothing else. */
function hasWholeKey({ source, table }: TableSource, order: readonly OrderSpec[]): boolean {
  const named = new Set(
    order.flatMap(({ node }) => (node.kind === 'column-ref' && node.source === source ? [node.column] : [])),
  )
  const { primaryKey } = specOfTable(table)
  return primaryKey.length > 0 && primaryKey.every((column) => named.has(column))
}

/** The same rows, with columns that tell them apart. */
function exposeIdentity(rows: RowsSpec): { query: RowsSpec; columns: readonly HiddenColumn[] } {
  if (rows.kind === 'set') return rows.operator === 'union all' ? exposeBranches(rows) : valuesOf(rows)
  const { spec, identity } = identifyRows(rows)
  const select = { ...outputsOf(spec) }
  const columns = identity.map((node, index) => hidden(select, `~id${index}`, node))
  // Where rows are cut off, ties have to be cut in the same place each time.
  const cut = spec.limit !== undefined || spec.offset !== undefined
  const order = cut ? totalOrder(spec.order, identity) : spec.order
  return { query: Object.freeze({ ...spec, select: Object.freeze(select), order }), columns }
}

/** The order of the query with what tells all its rows apart behind it. */
export function totalOrder(order: readonly OrderSpec[], identity: readonly ExprNode[]): readonly OrderSpec[] {
  const known = new Set(order.map((term) => nodeKey(term.node)))
  const more = identity.filter((node) => !known.has(nodeKey(node)))
  return [...order, ...more.map((node): OrderSpec => ({ node, direction: 'asc' }))]
}

function valuesOf(query: SetSpec) {
  const outputs = Object.entries(outputsOf(query))
  comparable(outputs.map(([, node]) => node))
  const right = Object.values(outputsOf(query.right))
  const columns = outputs.map(([name, { type, nullable }], at) => ({
    name,
    type,
    nullable: nullable || right[at]?.nullable === true,
  }))
  return { query, columns }
}

/** Rows of one side are told apart from those of the other by a column that says where they are from. */
function exposeBranches({ kind, operator, left, right }: SetSpec) {
  const sides = [left, right].map((rows) => identifyRows(rows))
  const columns: HiddenColumn[] = [{ name: '~side', type: types.int, nullable: false }]
  for (const [side, { identity }] of sides.entries())
    for (const [index, { type }] of identity.entries())
      columns.push({ name: `~id${side}-${index}`, type, nullable: true })
  const [a, b] = sides.map(({ spec, identity }, side) => {
    const values = [
      literalNode(side, types.int),
      ...sides.flatMap((other, at) =>
        at === side ? identity : other.identity.map(({ type }) => literalNode(null, type)),
      ),
    ]
    const added = columns.map(({ name }, at) => [name, values[at] as ExprNode] as const)
    return Object.freeze({ ...spec, select: Object.freeze({ ...outputsOf(spec), ...Object.fromEntries(added) }) })
  }) as [QuerySpec, QuerySpec]
  const query: SetSpec = Object.freeze({ kind, operator, left: a, right: b })
  return { query, columns }
}

/** Gives an expression a name in the select, its own where it is there already. */
export function hidden(select: Record<string, ExprNode>, name: string, node: ExprNode): HiddenColumn {
  const key = nodeKey(node)
  const known = Object.entries(select).find(([, other]) => nodeKey(other) === key)
  if (known === undefined) select[name] = node
  return { name: known?.[0] ?? name, type: node.type, nullable: node.nullable }
}

function comparable(nodes: readonly ExprNode[]): readonly ExprNode[] {
  const odd = nodes.find((node) => !node.type.ordered)
  if (odd) throw refused(`values of type ${odd.type.kind} have no order`)
  return nodes
}

function refused(reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', {
    clause: 'page',
    reason: `its rows cannot be told apart, so that it has no pages: ${reason}`,
  })
}
