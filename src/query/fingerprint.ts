import { hash } from 'node:crypto'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import type { QuerySpec, RowsSpec, SourceSpec } from './query-spec.ts'
import { outputsOf, sourcesOf } from './sources.ts'
import { subqueriesOf } from './spec-parts.ts'

/** Equal for queries that say the same, also in different processes. */
export function queryFingerprint(spec: QuerySpec, parameters: unknown): string {
  const ordinals = new Map<string, number>()
  const ordinal = (id: string): number => {
    const known = ordinals.get(id) ?? ordinals.size
    ordinals.set(id, known)
    return known
  }
  // Identities of sources and sub-queries count up within a process; here their order of appearance counts.
  const text = JSON.stringify(shapeOf(spec))
    .replaceAll(/\[\\"column\\",(\d+),/g, (_, id: string) => `[column,${ordinal(id)},`)
    .replaceAll(/\[\\"subquery\\",(\d+),/g, (_, id: string) => `[query,${ordinal(`q${id}`)},`)
  return hash('sha256', `${text}\n${JSON.stringify(parameters ?? null)}`, 'base64url').slice(0, 22)
}

function shapeOf(spec: RowsSpec): unknown {
  if (spec.kind === 'set') return [spec.operator, shapeOf(spec.left), shapeOf(spec.right)]
  const inner: RowsSpec[] = []
  const node = (value: ExprNode | undefined) => {
    if (value === undefined) return null
    inner.push(...subqueriesOf(value))
    return nodeKey(value)
  }
  const record = (values: Readonly<Record<string, ExprNode>>) =>
    Object.entries(values).map(([name, value]) => [name, node(value)])
  const shape = [
    sourcesOf(spec).map(sourceShape),
    spec.joins.map(({ type, on }) => [type, node(on)]),
    node(spec.where),
    record(spec.groupBy ?? {}),
    node(spec.having),
    record(outputsOf(spec)),
    spec.distinct,
    spec.sample ? [spec.sample.size, spec.sample.seed, spec.sample.perGroup.map(node)] : null,
    spec.order.map(({ node: value, direction, nulls }) => [node(value), direction, nulls ?? null]),
  ]
  return [shape, inner.map(shapeOf)]
}

function sourceShape(from: SourceSpec): unknown {
  if (from.kind === 'iterator') return [from.source.name, Object.values(from.args).map(nodeKey)]
  return from.kind === 'query' ? shapeOf(from.query) : from.source.name
}
