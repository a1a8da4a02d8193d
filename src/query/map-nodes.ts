import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import type { QuerySpec } from './query-spec.ts'
import { outputsOf } from './sources.ts'

/** The query with parts of its expressions replaced, as `mapNode` does. */
export function mapNodes(spec: QuerySpec, replace: (node: ExprNode) => ExprNode | undefined): QuerySpec {
  const node = (value: ExprNode) => mapNode(value, replace)
  const maybe = (value: ExprNode | undefined) => value && node(value)
  const record = (values: Readonly<Record<string, ExprNode>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, node(value)] as const))
  const { joins, where, groupBy, having, sample, order, limit, offset } = spec
  return {
    ...spec,
    joins: joins.map((join) => ({ ...join, on: maybe(join.on) })),
    where: maybe(where),
    groupBy: groupBy && record(groupBy),
    having: maybe(having),
    select: record(outputsOf(spec)),
    sample: sample && { ...sample, perGroup: sample.perGroup.map(node) },
    order: order.map((term) => ({ ...term, node: node(term.node) })),
    limit: maybe(limit),
    offset: maybe(offset),
  }
}
