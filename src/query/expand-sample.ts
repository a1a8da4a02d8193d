import { columnRefNode } from '../expr/column-ref-node.ts'
import { literalNode } from '../expr/literal-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import { applyOperation } from '../expr/operations/table.ts'
import { windowNode } from '../expr/window-node.ts'
import { types } from '../types/kinds.ts'
import { isGrouped } from './groups.ts'
import { type QuerySource, type QuerySpec, type SampleSpec, selectFrom } from './query-spec.ts'
import { outputsOf, querySource, sourcesOf } from './sources.ts'

const RANK = '~rank'
const TOTAL = '~total'
const IDENTITY = '~id'

/**
 * A sample as queries within each other: the rows, each with what identifies it; their rank in an order that only the
 * seed and that decide, within their group; those whose rank is low enough, in the order of the query.
 */
export function expandSample(spec: QuerySpec): QuerySpec {
  const { sample, order, limit, offset } = spec
  if (!sample) return spec
  const carried = new Map<string, string>()
  const select: Record<string, ExprNode> = { ...outputsOf(spec) }
  for (const [name, node] of Object.entries(select)) carried.set(nodeKey(node), name)
  for (const node of [...order.map((term) => term.node), ...sample.perGroup]) {
    if (carried.has(nodeKey(node))) continue
    const name = `~${carried.size}`
    carried.set(nodeKey(node), name)
    select[name] = node
  }
  const identity = identityOf(spec)
  if (identity) select[IDENTITY] = identity
  const rows = querySource({ ...spec, select, sample: undefined, order: [], limit: undefined, offset: undefined })
  const named = (node: ExprNode) => columnOf(rows, carried.get(nodeKey(node)) ?? '', node)
  const ranked = querySource(rankRows(rows, sample, { groups: sample.perGroup.map(named), identified: !!identity }))
  const kept = Object.entries(outputsOf(spec)).map(([name, node]) => [name, columnOf(ranked, name, node)] as const)
  return Object.freeze({
    ...selectFrom(ranked),
    where: isLow(ranked, sample),
    select: Object.freeze(Object.fromEntries(kept)),
    order: order.map((term) => ({ ...term, node: columnOf(ranked, carried.get(nodeKey(term.node)) ?? '', term.node) })),
    limit,
    offset,
  })
}

const columnOf = ({ source }: QuerySource, name: string, result: ExprNode) => columnRefNode(name, result, null, source)

const int = { type: types.int, nullable: false }

/** Rows of tables are identified by their numbers; others by their place among all of them. */
function identityOf(spec: QuerySpec): ExprNode | undefined {
  const sources = sourcesOf(spec)
  if (isGrouped(spec) || spec.distinct || sources.some((from) => from.kind !== 'table')) return undefined
  const numbers = sources.map(({ source }) => {
    const rowid = columnRefNode('_rowid', { type: types.int, nullable: true }, null, source)
    const text = applyOperation('int.to-text', rowid)
    return applyOperation('coalesce', text, literalNode('-', types.string))
  })
  return joined(numbers)
}

function joined(parts: readonly ExprNode[]): ExprNode {
  const comma = literalNode(',', types.string)
  return applyOperation('text.concat', ...parts.flatMap((part, index) => (index === 0 ? [part] : [comma, part])))
}

function rankRows(
  rows: QuerySource,
  { seed }: SampleSpec,
  { groups, identified }: { readonly groups: readonly ExprNode[]; readonly identified: boolean },
): QuerySpec {
  const columns = outputsOf(rows.query)
  const all = Object.entries(columns).map(([name, node]) => [name, columnOf(rows, name, node)] as const)
  const text = { type: types.string, nullable: false }
  const place = windowNode({
    function: 'row-number',
    operands: [],
    partition: [],
    order: all.filter(([, node]) => node.type.ordered).map(([, node]) => ({ node, direction: 'asc' })),
    frame: undefined,
    ...int,
  })
  const selected = querySource({ ...selectFrom(rows), select: { ...Object.fromEntries(all), '~place': place } })
  const identity = identified
    ? columnRefNode(IDENTITY, text, null, selected.source)
    : applyOperation('int.to-text', columnRefNode('~place', int, null, selected.source))
  const hash = applyOperation('text.md5', joined([literalNode(String(seed), types.string), identity]))
  const partition = groups.map((node) =>
    columnRefNode((node as { column: string }).column, node, null, selected.source),
  )
  const window = { operands: [], partition, frame: undefined, ...int }
  const select = Object.fromEntries(all.map(([name, node]) => [name, columnRefNode(name, node, null, selected.source)]))
  return {
    ...selectFrom(selected),
    select: {
      ...select,
      [RANK]: windowNode({ ...window, function: 'row-number', order: [{ node: hash, direction: 'asc' }] }),
      [TOTAL]: windowNode({ ...window, function: 'count-rows', order: [] }),
    },
  }
}

/** So many rows; or as many as it takes to have that part of them, rounded up. */
function isLow(ranked: QuerySource, { size }: SampleSpec): ExprNode {
  const rank = columnRefNode(RANK, int, null, ranked.source)
  if ('rows' in size) return applyOperation('lte', rank, literalNode(size.rows, types.int))
  const before = applyOperation('int.to-float', applyOperation('int.sub', rank, literalNode(1, types.int)))
  const total = applyOperation('int.to-float', columnRefNode(TOTAL, int, null, ranked.source))
  return applyOperation('lt', before, applyOperation('float.mul', total, literalNode(size.fraction, types.float)))
}
