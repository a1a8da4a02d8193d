import { columnRefNode } from '../expr/column-ref-node.ts'
import { literalNode } from '../expr/literal-node.ts'
import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import type { Source } from '../expr/source.ts'
import { partsOfKind } from '../expr/walk.ts'
import { types } from '../types/kinds.ts'
import { allOf, conjunctsOf } from './conditions.ts'
import { isGrouped } from './groups.ts'
import { isRowLevel, jsParts, lateParts } from './js-parts.ts'
import { type QuerySource, type QuerySpec, type Replaced, selectFrom } from './query-spec.ts'
import { outputsOf, ownSources, querySource } from './sources.ts'

/** Parts of expressions that an inner query gives, by the key of their node. */
type Given = ReadonlyMap<string, { readonly name: string; readonly node: ExprNode }>

function given(nodes: readonly ExprNode[], prefix: string): Given {
  const distinct = new Map(nodes.map((node) => [nodeKey(node), node]))
  return new Map([...distinct].map(([key, node], index) => [key, { name: `${prefix}${index}`, node }] as const))
}

function selectOf(...parts: readonly Given[]): Readonly<Record<string, ExprNode>> {
  const columns = parts.flatMap((part) => [...part.values()].map(({ name, node }) => [name, node] as const))
  // Rows that are only counted need a column to be rows of.
  return Object.fromEntries(columns.length > 0 ? columns : [['one', literalNode(1, types.int)]])
}

/** The expressions with given parts named as columns of the inner query. */
function overParts({ source }: QuerySource, ...parts: readonly Given[]) {
  return mapped((value) =>
    mapNode(value, (part) => {
      const name = parts.map((some) => some.get(nodeKey(part))?.name).find((found) => found !== undefined)
      return name === undefined ? undefined : columnRefNode(name, part, null, source)
    }),
  )
}

function mapped(node: (value: ExprNode) => ExprNode) {
  return {
    node,
    condition: (value: ExprNode | undefined) => value && node(value),
    record: (values: Readonly<Record<string, ExprNode>>) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, node(value)] as const)),
    order: (terms: readonly OrderSpec[]) => terms.map((term) => ({ ...term, node: node(term.node) })),
  }
}

const UNCUT = { distinct: false, sample: undefined, order: [], limit: undefined, offset: undefined } as const

/** Makes the groups in an inner query; what is done with their values comes around it. */
export function nestGroups(spec: QuerySpec): QuerySpec {
  const outputs = outputsOf(spec)
  const late = [...Object.values(outputs), ...conjunctsOf(spec.having), ...spec.order.map((term) => term.node)]
  const keys = given(Object.values(spec.groupBy ?? {}), 'k')
  const aggregates = given(
    late.flatMap((node) => partsOfKind(node, 'aggregate')),
    'a',
  )
  const select = selectOf(keys, aggregates)
  const made = { ...spec, ...UNCUT, having: undefined, groupBy: spec.groupBy ?? {}, select }
  const groups = { ...querySource(made), replaces: namesOfColumns(keys, ownSources(spec)) }
  const over = overParts(groups, keys, aggregates)
  const { distinct, sample, limit, offset } = spec
  const where = over.condition(spec.having)
  const perGroup = sample?.perGroup.map(over.node) ?? []
  return {
    ...selectFrom(groups),
    where,
    select: over.record(outputs),
    distinct,
    sample: sample && { ...sample, perGroup },
    order: over.order(spec.order),
    limit,
    offset,
  }
}

/** Columns of the sources, under names of their own, so that they can be named around the query as before. */
function carriedColumns(spec: QuerySpec, nodes: readonly ExprNode[]): { columns: Given; replaces: Replaced } {
  const own = ownSources(spec)
  const columns = given(
    nodes.flatMap((node) => partsOfKind(node, 'column-ref').filter(({ source }) => source && own.has(source))),
    'c',
  )
  return { columns, replaces: namesOfColumns(columns, own) }
}

/** By source, the columns among the given parts; those of queries around are named as before. */
function namesOfColumns(given: Given, own: ReadonlySet<Source>): Replaced {
  const replaces = new Map<Source, Record<string, string>>()
  for (const { name, node } of given.values()) {
    if (node.kind !== 'column-ref' || !node.source || !own.has(node.source)) continue
    replaces.set(node.source, { ...replaces.get(node.source), [node.column]: name })
  }
  return replaces
}

/** Makes windows and the values of sub-queries in an inner query, so that JavaScript can go on with them around it. */
export function nestLateParts(spec: QuerySpec): QuerySpec {
  const outputs = outputsOf(spec)
  const nodes = [...Object.values(outputs), ...spec.order.map((term) => term.node)]
  const conditions = conjunctsOf(spec.where)
  const late = conditions.filter((node) => lateParts([node]).length > 0)
  const parts = given(lateParts([...nodes, ...late]), 'w')
  const { columns, replaces } = carriedColumns(spec, [...nodes, ...late])
  const where = allOf(conditions.filter((node) => !late.includes(node)))
  const rows = { ...querySource({ ...spec, ...UNCUT, where, select: selectOf(columns, parts) }), replaces }
  const over = overParts(rows, parts)
  const { distinct, limit, offset } = spec
  return {
    ...selectFrom(rows),
    where: allOf(late.map(over.node)),
    select: over.record(outputs),
    distinct,
    order: over.order(spec.order),
    limit,
    offset,
  }
}

/**
 * Lets JavaScript look at each row in an inner query; Postgres goes on with its rows around it.
 *
 * @param partsOf the parts of expressions that the inner query makes
 */
export function nestRows(spec: QuerySpec, partsOf = jsParts): QuerySpec {
  const outputs = outputsOf(spec)
  const conditions = conjunctsOf(spec.where)
  const early = conditions.filter(isRowLevel)
  const late = conditions.filter((node) => !isRowLevel(node))
  const keys = Object.values(spec.groupBy ?? {})
  const after = [...conjunctsOf(spec.having), ...Object.values(outputs), ...spec.order.map((term) => term.node)]
  const around = [...late, ...keys, ...after]
  // What is said of groups is made of keys, so that only these and what is aggregated come from rows.
  const grouped = isGrouped(spec)
  const aggregates = after.flatMap((node) => partsOfKind(node, 'aggregate'))
  const parts = given(partsOf([...late, ...keys, ...(grouped ? aggregates : after)]), 'e')
  const { columns, replaces } = carriedColumns(spec, around)
  const inner = {
    ...selectFrom(spec.from),
    joins: spec.joins,
    where: allOf(early),
    select: selectOf(columns, parts),
  }
  const rows = { ...querySource(inner), replaces }
  const over = overParts(rows, parts)
  const ofKeys = new Set(partsOf(keys).map(nodeKey))
  const overKeys = overParts(rows, new Map([...parts].filter(([key]) => ofKeys.has(key))))
  const overGroups = mapped((value) =>
    mapNode(value, (part) => {
      if (part.kind === 'aggregate') return over.node(part)
      return ofKeys.has(nodeKey(part)) ? overKeys.node(part) : undefined
    }),
  )
  const overRest = grouped ? overGroups : over
  return {
    ...spec,
    from: rows,
    joins: [],
    where: allOf(late.map(over.node)),
    groupBy: spec.groupBy && overKeys.record(spec.groupBy),
    having: overRest.condition(spec.having),
    select: overRest.record(outputs),
    order: overRest.order(spec.order),
  }
}
