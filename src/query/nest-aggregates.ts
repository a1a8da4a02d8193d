import type { ExprNode } from '../expr/node.ts'
import { holds } from '../expr/node-facts.ts'
import { childrenOf, partsOfKind } from '../expr/walk.ts'
import { isGrouped } from './groups.ts'
import { nestGroups, nestRows } from './nest.ts'
import type { QuerySpec } from './query-spec.ts'
import { outputsOf, ownSources } from './sources.ts'

/** The query with an inner one where SQL, written as it stands, would mean something else or nothing. */
export function nestAggregates(spec: QuerySpec): QuerySpec {
  if (!isGrouped(spec)) return spec
  const order = spec.order.map(({ node }) => node)
  const nodes = [...Object.values(outputsOf(spec)), ...(spec.having ? [spec.having] : []), ...order]
  // A window over aggregates may need a filter of its own, which Postgres does not allow to hold aggregates.
  const windows = nodes.flatMap((node) => partsOfKind(node, 'window'))
  if (windows.some((node) => holds(node, 'aggregate'))) return nestGroups(spec)
  // SQL takes an aggregate of nothing but columns of a query around for one of that query.
  const own = ownSources(spec)
  const foreignValues = (some: readonly ExprNode[]) =>
    some
      .flatMap((node) => partsOfKind(node, 'aggregate'))
      .filter((node) => {
        const columns = partsOfKind(node, 'column-ref')
        return columns.length > 0 && columns.every(({ source }) => !source || !own.has(source))
      })
      .flatMap(childrenOf)
  return foreignValues(nodes).length === 0 ? spec : nestRows(spec, foreignValues)
}
