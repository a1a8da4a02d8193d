import { hash } from 'node:crypto'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import type { QuerySpec, RowsSpec, SourceSpec } from './query-spec.ts'
import { outputsOf, sourcesOf } from './sources.ts'
import { subqueriesOf } from './spec-parts.ts'

const texts = new WeakMap<QuerySpec, string>()

/** Equal for queries that say the same, also in different processes. @param parameters their values, stored JSON or not */
export function queryFingerprint(spec: QuerySpec, parameters: unknown): string {
  const text = texts.get(spec) ?? textOf(spec)
  texts.set(spec, text)
  return hash('sha256', `${text}\n${JSON.stringify(parameters ?? null, exact)}`, 'base64url').slice(0, 22)
}

/** Says what JSON cannot. */
function exact(_: string, value: unknown): unknown {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)) ? `${value}n` : value
}

function textOf(spec: QuerySpec): string {
  const ordinals = new Map<string, number>()
  const ordinal = (id: string): number => {
    const known = ordinals.get(id) ?? ordinals.size
    ordinals.set(id, known)
    return known
  }
  // Identities of sources and sub-queries count up within a process; here their order of appearance counts.
  return JSON.stringify(shapeOf(spec))
    .replaceAll(/\[\\"column\\",(\d+),/g, (_, id: string) => `[column,${ordinal(id)},`)
    .replaceAll(/\[\\"subquery\\",(\d+),/g, (_, id: string) => `[query,${ordinal(`q${id}`)},`)
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
    node(spec.limit),
    node(spec.offset),
  ]
  return [shape, inner.map(shapeOf)]
}

function sourceShape(from: SourceSpec): unknown {
  if (from.kind === 'iterator') return [from.source.name, Object.values(from.args).map(nodeKey)]
  return from.kind === 'query' ? shapeOf(from.query) : from.source.name
}
