import type { ExprNode } from '../expr/node.ts'
import { childrenOf, walkNode } from '../expr/walk.ts'
import { isGrouped } from './groups.ts'
import { nestGroups, nestRows } from './nest.ts'
import type { QuerySpec } from './query-spec.ts'
import { outputsOf, ownSources } from './sources.ts'

/** The query with an inner one where SQL, written as it stands, would mean something else or nothing. */
export function nestAggregates(spec: QuerySpec): QuerySpec {
  if (!isGrouped(spec)) return spec
  const nodes = [
    ...Object.values(outputsOf(spec)),
    ...(spec.having ? [spec.having] : []),
    ...spec.order.map(({ node }) => node),
  ]
  const parts = nodes.flatMap((node) => [...walkNode(node)])
  // A window over aggregates may need a filter of its own, which Postgres does not allow to hold aggregates.
  const windowed = (node: ExprNode) =>
    node.kind === 'window' && [...walkNode(node)].some((part) => part.kind === 'aggregate')
  if (parts.some(windowed)) return nestGroups(spec)
  const own = ownSources(spec)
  // SQL takes an aggregate of nothing but columns of a query around for one of that query.
  const foreign = parts.filter((part) => {
    if (part.kind !== 'aggregate') return false
    const columns = [...walkNode(part)].filter((inner) => inner.kind === 'column-ref')
    return columns.length > 0 && columns.every(({ source }) => !source || !own.has(source))
  })
  return foreign.length === 0 ? spec : nestRows(spec, () => foreign.flatMap(childrenOf), new Set(foreign))
}
