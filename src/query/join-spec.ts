import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from '../expr/node.ts'
import { toNode } from '../expr/to-node.ts'
import type { Scope } from '../types/expr.ts'
import type { JoinSpec, JoinType, QuerySpec, SourceSpec } from './query-spec.ts'
import { bindColumns, refuseParts, scopesOf } from './scopes.ts'
import { sourcesOf } from './sources.ts'

const TYPES: readonly unknown[] = ['inner', 'left', 'right', 'full', 'cross'] satisfies readonly JoinType[]

/** @throws INVALID_QUERY when the type is unknown, or the condition is missing or is none */
export function joinSpec(
  spec: QuerySpec,
  from: SourceSpec,
  on: (...scopes: readonly Scope[]) => unknown,
  { type = 'inner' }: { readonly type?: unknown },
): JoinSpec {
  if (!TYPES.includes(type)) throw refused(`there is no join of type ${String(type)}`)
  if (typeof on !== 'function') throw refused('it needs a condition, as in (a, b) => a.id.eq(b.id)')
  const joined = { type: type as JoinType, from, on: undefined }
  // The condition looks at rows before the join makes any of them null.
  const scopes = [...scopesOf(spec), ...scopesOf({ ...spec, from, joins: [] })]
  const given = on(...scopes)
  if (given === true || type === 'cross') return Object.freeze(joined)
  return Object.freeze({ ...joined, on: conditionOf(given, [...sourcesOf(spec), from]) })
}

function conditionOf(given: unknown, sources: readonly SourceSpec[]): ExprNode {
  const node = bindColumns('join', toNode(given), sources)
  if (node.type.kind !== 'bool') throw refused(`its condition is of type ${node.type.kind}, not bool`)
  return refuseParts('join', node, ['aggregate', 'window'])
}

function refused(reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause: 'join', reason })
}
