import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from '../expr/node.ts'
import { holds } from '../expr/node-facts.ts'
import { nodeKey } from '../expr/node-key.ts'
import type { Source } from '../expr/source.ts'
import { childrenOf } from '../expr/walk.ts'
import type { QuerySpec } from './query-spec.ts'
import { outputsOf, sourcesOf } from './sources.ts'

const grouped = new WeakMap<QuerySpec, boolean>()

/** Whether a row of the result stands for a group of rows. */
export function isGrouped(spec: QuerySpec): boolean {
  const known = grouped.get(spec)
  if (known !== undefined) return known
  const nodes = [...Object.values(spec.select ?? {}), ...spec.order.map((term) => term.node)]
  const result = spec.groupBy !== undefined || spec.having !== undefined || nodes.some(hasAggregate)
  grouped.set(spec, result)
  return result
}

const hasAggregate = (node: ExprNode): boolean => holds(node, 'aggregate')

/**
 * Checks that what is selected, ordered by or tested of groups has one value for each of them.
 *
 * @throws INVALID_QUERY naming the clause and the column
 */
export function checkGroups(spec: QuerySpec): void {
  if (!isGrouped(spec)) return
  const keys = new Set(Object.values(spec.groupBy ?? {}).map(nodeKey))
  const own = new Set<Source | undefined>(sourcesOf(spec).map((from) => from.source))
  const check = (clause: string) => (node: ExprNode) => checkNode(node, { clause, keys, own })
  Object.values(outputsOf(spec)).forEach(check('select'))
  if (spec.having) check('having')(spec.having)
  for (const { node } of spec.order) check('orderBy')(node)
}

interface GroupCheck {
  readonly clause: string
  readonly keys: ReadonlySet<string>
  readonly own: ReadonlySet<Source | undefined>
}

function checkNode(node: ExprNode, check: GroupCheck): void {
  if (check.keys.has(nodeKey(node))) return
  if (node.kind === 'column-ref') {
    if (!check.own.has(node.source)) return
    throw refused(check.clause, `${node.column} differs within a group; make it a key of groupBy or aggregate it`)
  }
  if (node.kind === 'aggregate') {
    if (childrenOf(node).some(hasAggregate)) {
      throw refused(check.clause, `${node.aggregate} of an aggregate; use the query as a source`)
    }
    return
  }
  for (const child of childrenOf(node)) checkNode(child, check)
}

function refused(clause: string, reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause, reason })
}
