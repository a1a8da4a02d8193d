import { CellarError } from '../errors/cellar-error.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { columnScope, type ScopeColumn } from '../expr/column-scope.ts'
import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { holds } from '../expr/node-facts.ts'
import { toExpr } from '../expr/to-expr.ts'
import type { AnyExpr, Scope } from '../types/expr.ts'
import type { QuerySpec, SourceSpec } from './query-spec.ts'
import { columnsOfSource, nullableSources, sourcesOf } from './sources.ts'

/** What callbacks get before `select`: one scope for each source, the keys of groups in the first. */
export function scopesOf(spec: QuerySpec): readonly Scope[] {
  const nullable = nullableSources(spec.joins)
  const scopes = sourcesOf(spec).map((from, position) => scopeOf(from, nullable[position] ?? false))
  const [first, ...rest] = scopes
  return spec.groupBy && first ? [withKeys(first, spec.groupBy), ...rest] : scopes
}

function scopeOf(from: SourceSpec, nullable: boolean): Scope {
  const columns = columnsOfSource(from)
  if (!nullable) return columnScope(columns, null, from.source)
  const all = Object.entries(columns).map(([name, { type, computed }]): [string, ScopeColumn] => [
    name,
    { type, nullable: true, ...(computed ? { computed } : {}) },
  ])
  return columnScope(Object.fromEntries(all), null, from.source)
}

function withKeys(scope: Scope, keys: Readonly<Record<string, ExprNode>>): Scope {
  const added = selectedScope(keys)
  return new Proxy(added, { get: (target, name) => Reflect.get(name in target ? target : scope, name) })
}

/** The scope of a select: what callbacks get after it. */
export function selectedScope(nodes: Readonly<Record<string, ExprNode>>): Scope {
  const scope: Record<string, AnyExpr> = Object.create(null)
  for (const [name, node] of Object.entries(nodes)) scope[name] = toExpr(node)
  return scope
}

/**
 * The expression with columns that are named by their table, as in `photos.c.title`, bound to the source that reads
 * it. Those that no source has may be columns of a query around this one.
 *
 * @throws INVALID_QUERY when the query reads the table more than once
 */
export function bindColumns(clause: string, node: ExprNode, sources: readonly SourceSpec[]): ExprNode {
  if (!holds(node, 'unbound')) return node
  return mapNode(node, (part) => {
    if (part.kind !== 'column-ref' || part.source !== undefined) return undefined
    const found = sources.filter((from) => from.kind === 'table' && from.source.name === part.table)
    if (found.length > 1) {
      const reason = `${String(part.table)}.${part.column} could be of either use of the table; name it by the callback's argument`
      throw new CellarError('INVALID_QUERY', { clause, reason })
    }
    return found[0] && columnRefNode(part.column, part, part.table, found[0].source)
  })
}

const NAMES = { aggregate: 'an aggregate', window: 'a window function' } as const

/** @throws INVALID_QUERY when the clause holds what is only known after it */
export function refuseParts(clause: string, node: ExprNode, kinds: readonly (keyof typeof NAMES)[]): ExprNode {
  const kind = kinds.find((candidate) => holds(node, candidate))
  if (kind === undefined) return node
  const fix = kind === 'aggregate' ? 'conditions on groups belong into having' : 'use the query as a source'
  throw new CellarError('INVALID_QUERY', { clause, reason: `it holds ${NAMES[kind]}, which is made later; ${fix}` })
}
