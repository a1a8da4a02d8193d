import { callsOf } from '../../expr/walk.ts'
import { lonelyTable } from '../../query/sources.ts'
import type { RouteSpec } from '../route-spec.ts'

/**
 * Whether it is worth knowing that nobody waits for the answer any more. What is done within a statement of one row
 * is not: others share the statement, and it is over before anybody could cancel it.
 */
export function isCancellable(spec: RouteSpec): boolean {
  if (spec.kind === 'query') return !(spec.oneRow && lonelyTable(spec.definition.query))
  if (spec.kind === 'delete' || spec.kind === 'list') return true
  const { columns, computed } = spec.tableSpec
  if (Object.values(columns).some(({ type }) => type.media)) return true
  return Object.values(computed).some(({ node }) => callsOf(node).length > 0)
}
