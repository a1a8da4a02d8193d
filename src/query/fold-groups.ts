import { CellarError } from '../errors/cellar-error.ts'
import type { AggregateNode } from '../expr/aggregate-node.ts'
import { findAggregate } from '../expr/aggregates/table.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import { windowNode } from '../expr/window-node.ts'
import type { Row } from '../schema/row-codec.ts'
import {
  argumentsOf,
  ascending,
  Fold,
  type Folded,
  type FoldPlan,
  groupNumber,
  isFolded,
  isPlain,
  withValues,
} from './fold.ts'
import { isGrouped } from './groups.ts'
import { type QuerySpec, selectFrom } from './query-spec.ts'
import { outputsOf } from './sources.ts'

const GROUP = ':group'
/**
 * How the groups of a query are made where a user's aggregate is among their values: Postgres gives the rows sorted by
 * group, JavaScript folds them one after another. Undefined for other queries.
 *
 * @throws INVALID_QUERY where the other aggregates of the query cannot be had at the same time
 */
export function planGroups(spec: QuerySpec): FoldPlan | undefined {
  const outputs = Object.entries(outputsOf(spec))
  const keys = Object.values(spec.groupBy ?? {})
  const keyed = new Set(keys.map(nodeKey))
  if (!isGrouped(spec) || !isPlain(spec)) return undefined
  if (!outputs.every(([, node]) => node.kind === 'aggregate' || keyed.has(nodeKey(node)))) return undefined
  if (!outputs.some(([, node]) => node.kind === 'aggregate' && isFolded(node))) return undefined
  const folded: Folded[] = []
  const select: (readonly [string, ExprNode])[] = []
  for (const [name, node] of outputs) {
    if (node.kind !== 'aggregate') select.push([name, node])
    else if (isFolded(node)) folded.push({ name, node })
    else select.push([name, overGroup(node, keys)])
  }
  if (keys.length > 0) select.push([GROUP, groupNumber(keys.map(ascending))])
  select.push(...folded.flatMap(argumentsOf))
  const number = keys.length > 0 ? [ascending(groupNumber(keys.map(ascending)))] : []
  const query: QuerySpec = {
    ...selectFrom(spec.from),
    joins: spec.joins,
    where: spec.where,
    select: Object.fromEntries(select),
    order: [...number, ...orderOf(folded)],
  }
  // Of no rows the counts are 0, and everything else is null.
  const empty = Object.fromEntries(outputs.map(([name, { nullable }]) => [name, nullable ? null : 0]))
  const rows = (input: AsyncIterable<Row>) =>
    foldGroups(input, folded, { columns: Object.keys(empty), empty: keys.length > 0 ? undefined : empty })
  return { query: Object.freeze(query), rows }
}

/** An aggregate of Postgres as a value of each row of the group. */
function overGroup(node: AggregateNode, partition: readonly ExprNode[]): ExprNode {
  const { aggregate, operands, distinct, order, type, nullable } = node
  if (distinct || order.length > 0 || !findAggregate(aggregate)?.windowed) {
    const reason = `${aggregate}${distinct ? ' of distinct values' : ''} cannot stand beside an aggregate that runs in JavaScript; make two queries and join them`
    throw new CellarError('INVALID_QUERY', { clause: 'select', reason })
  }
  return windowNode({ function: aggregate, operands, partition, order: [], frame: undefined, type, nullable })
}

function orderOf(folded: readonly Folded[]): readonly OrderSpec[] {
  const orders = folded.map(({ node }) => node.order).filter((order) => order.length > 0)
  const shape = (order: readonly OrderSpec[]) =>
    JSON.stringify(order.map(({ node, direction, nulls }) => [nodeKey(node), direction, nulls]))
  if (new Set(orders.map(shape)).size <= 1) return orders[0] ?? []
  const reason = 'aggregates that run in JavaScript take the rows of a group in one order; make two queries'
  throw new CellarError('INVALID_QUERY', { clause: 'select', reason })
}

interface Groups {
  readonly columns: readonly string[]
  /** The row of a group without rows; without keys there is always one. */
  readonly empty: Row | undefined
}

async function* foldGroups(
  input: AsyncIterable<Row>,
  folded: readonly Folded[],
  { columns, empty }: Groups,
): AsyncGenerator<Row, void, undefined> {
  const folds = folded.map((one) => new Fold(one))
  const values = () => Object.fromEntries(folds.map((fold) => [fold.name, fold.value()]))
  let first: Row | undefined
  for await (const row of input) {
    if (first && first[GROUP] !== row[GROUP]) {
      yield withValues(first, columns, values())
      for (const fold of folds) fold.reset()
      first = undefined
    }
    first ??= row
    for (const fold of folds) fold.add(row)
  }
  const last = first ?? empty
  if (last) yield withValues(last, columns, values())
}
