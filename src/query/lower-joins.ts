import { CellarError } from '../errors/cellar-error.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import { hasSql, isSqlCompilable } from '../expr/sql-compilable.ts'
import { childrenOf, partsOfKind } from '../expr/walk.ts'
import { allOf, conjunctsOf } from './conditions.ts'
import { jsParts } from './js-parts.ts'
import { type JoinSpec, type QuerySpec, type SourceSpec, selectFrom } from './query-spec.ts'
import { columnsOfSource, nullableSources, outputsOf, querySource, standsFor } from './sources.ts'

/** Conditions of joins that only JavaScript can evaluate: they go into `where`, or their values become columns. */
export function lowerJoins(spec: QuerySpec): QuerySpec {
  let { where, from } = spec
  const joins = [...spec.joins]
  for (const [index, join] of spec.joins.entries()) {
    const on = conjunctsOf(join.on)
    const [inSql, inJavaScript] = [on.filter(isSqlCompilable), on.filter((node) => !isSqlCompilable(node))]
    if (inJavaScript.length === 0) continue
    const later = spec.joins.slice(index + 1)
    if (join.type === 'inner' && !later.some(({ type }) => type === 'right' || type === 'full')) {
      where = allOf([...conjunctsOf(where), ...inJavaScript])
      joins[index] = {
        ...join,
        on: allOf(inSql),
      }
      continue
    }
    const parts = partsOfOneSource(inJavaScript)
    const left = partsOfLeft(parts, joins.slice(0, index), from)
    if (left.length > 0) return nestLeft({ ...spec, select: outputsOf(spec), from, joins, where }, index, left)
    const sources = [from, ...joins.map((other) => other.from)].map((source) => withParts(source, parts))
    const columns = new Map(sources.flatMap(({ columns: some }) => [...some]))
    const missing = parts.find((part) => !columns.has(nodeKey(part)))
    if (missing) {
      const reason = `the condition of a ${join.type} join compares rows in JavaScript; compute the values that it compares in columns, or use an inner join`
      throw new CellarError('INVALID_QUERY', { clause: 'join', reason })
    }
    from = sources[0]?.from ?? from
    for (const [position, other] of joins.entries()) {
      joins[position] = { ...other, from: sources[position + 1]?.from ?? other.from }
    }
    joins[index] = {
      ...(joins[index] as JoinSpec),
      on: allOf(on.map((node) => mapNode(node, (part) => columns.get(nodeKey(part))))),
    }
  }
  // The columns that were added are none of the result.
  return { ...spec, select: outputsOf(spec), from, joins, where }
}

/** The parts that JavaScript has to evaluate, as far as they are made from one row each. */
function partsOfOneSource(nodes: readonly ExprNode[]): readonly ExprNode[] {
  return jsParts(nodes).flatMap((part) => {
    const sources = new Set(partsOfKind(part, 'column-ref').map(({ source }) => source))
    return sources.size > 1 && hasSql(part) ? partsOfOneSource(childrenOf(part)) : [part]
  })
}

/** The source with values of its rows as further columns. */
function withParts(from: SourceSpec, parts: readonly ExprNode[]) {
  const known = standsFor(from)
  const own = parts.filter((part) =>
    partsOfKind(part, 'column-ref').every(({ source }) => source && known.includes(source)),
  )
  const columns = new Map<string, ExprNode>()
  if (own.length === 0) return { from, columns }
  const all = Object.entries(columnsOfSource(from)).map(
    ([name, column]) => [name, columnRefNode(name, column, null, from.source)] as const,
  )
  const added = own.map((node, index) => [`~${all.length + index}`, node] as const)
  const rows = querySource({ ...selectFrom(from), select: Object.fromEntries([...all, ...added]) })
  for (const [name, node] of added) columns.set(nodeKey(node), columnRefNode(name, node, null, rows.source))
  const names = Object.fromEntries(all.map(([name]) => [name, name] as const))
  const replaces = new Map([...(from.kind === 'table' ? [] : (from.replaces ?? [])), [from.source, names] as const])
  return { from: { ...rows, replaces }, columns }
}

/** Those of the parts that are made of rows on the left which an earlier join can leave out: not null for these. */
function partsOfLeft(parts: readonly ExprNode[], before: readonly JoinSpec[], from: SourceSpec): readonly ExprNode[] {
  const nullable = nullableSources(before)
  const left = [from, ...before.map((join) => join.from)]
  const known = left.flatMap(standsFor)
  const missing = left.filter((_, position) => nullable[position]).flatMap(standsFor)
  return parts.filter((part) => {
    const read = partsOfKind(part, 'column-ref').flatMap(({ source }) => source ?? [])
    return read.every((source) => known.includes(source)) && read.some((source) => missing.includes(source))
  })
}

/** Joins what stands before the join in an inner query, where the parts are made of what is left out too. */
function nestLeft(spec: QuerySpec, index: number, parts: readonly ExprNode[]): QuerySpec {
  const joins = spec.joins.slice(0, index)
  const nullable = nullableSources(joins)
  const replaces = new Map<SourceSpec['source'], Record<string, string>>()
  const select: Record<string, ExprNode> = {}
  for (const [position, from] of [spec.from, ...joins.map((join) => join.from)].entries()) {
    const names: Record<string, string> = {}
    for (const [name, column] of Object.entries(columnsOfSource(from))) {
      const result = { type: column.type, nullable: column.nullable || nullable[position] === true }
      names[name] = `c${Object.keys(select).length}`
      select[names[name]] = columnRefNode(name, result, null, from.source)
    }
    replaces.set(from.source, names)
    for (const [source, known] of from.kind === 'table' ? [] : (from.replaces ?? [])) {
      replaces.set(
        source,
        Object.fromEntries(Object.entries(known).map(([column, name]) => [column, names[name] ?? name])),
      )
    }
  }
  for (const [position, part] of parts.entries()) select[`e${position}`] = part
  const rows = { ...querySource({ ...selectFrom(spec.from), joins, select }), replaces }
  const made = new Map(
    parts.map((part, position) => [nodeKey(part), columnRefNode(`e${position}`, part, null, rows.source)]),
  )
  const [join, ...later] = spec.joins.slice(index) as [JoinSpec, ...JoinSpec[]]
  const on = join.on && mapNode(join.on, (part) => made.get(nodeKey(part)))
  return { ...spec, select: outputsOf(spec), from: rows, joins: [{ ...join, on }, ...later] }
}
