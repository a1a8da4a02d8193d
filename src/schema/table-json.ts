import { CellarError } from '../errors/cellar-error.ts'
import { nodeFromJson, nodeToJson } from '../expr/node-json.ts'
import type { DeclaredFunction } from '../func/function-definition.ts'
import { type ColumnSpec, columnSpecFromJson, columnSpecToJson } from '../types/column-spec.ts'
import { columnTypeFromJson } from '../types/column-type-from-json.ts'
import type { JsonObject } from '../util/json.ts'
import { frozenRecord } from '../util/record.ts'
import type { ComputedSpec, TableSpec } from './table-spec.ts'

/** Raised when the stored form of a definition changes in a way that older code cannot read. */
const FORMAT = 1

export type FindFunction = (name: string, version: string) => DeclaredFunction | undefined

/** The persisted form; equal declarations give equal JSON, with the keys in the same order. */
export function tableSpecToJson(spec: TableSpec): JsonObject {
  const computed = Object.entries(spec.computed).map(([name, column]) => [name, computedToJson(column)] as const)
  const columns = Object.entries(spec.columns).map(([name, column]) => [name, columnToJson(column)] as const)
  return {
    format: FORMAT,
    path: spec.path,
    order: [...spec.order],
    columns: Object.fromEntries(columns),
    computed: Object.fromEntries(computed),
    primaryKey: [...spec.primaryKey],
    history: typeof spec.history === 'object' ? { keep: spec.history.keep } : spec.history,
    ...(spec.comment === undefined ? {} : { comment: spec.comment }),
  }
}

/** Reads the persisted form; calls of functions that `find` does not know stay without a definition. */
export function tableSpecFromJson(json: JsonObject, find: FindFunction): TableSpec {
  const stored = json as unknown as StoredSpec
  if (stored.format !== FORMAT) {
    const fix = 'open it with the version of Cellar that wrote it, or a later one'
    throw new CellarError('DATABASE_UNSUPPORTED', { feature: `definitions of format ${FORMAT}`, fix })
  }
  // jsonb does not keep the order of keys; `order` does.
  const named = <V>(from: Readonly<Record<string, V>>) =>
    stored.order.flatMap((name) => (Object.hasOwn(from, name) ? [[name, from[name] as V] as const] : []))
  return Object.freeze({
    path: stored.path,
    columns: frozenRecord(named(stored.columns).map(([name, column]) => [name, columnFromJson(column, find)] as const)),
    computed: frozenRecord(
      named(stored.computed).map(([name, column]) => [name, computedFromJson(column, find)] as const),
    ),
    order: Object.freeze([...stored.order]),
    primaryKey: Object.freeze([...stored.primaryKey]),
    history: typeof stored.history === 'object' ? Object.freeze({ keep: stored.history.keep }) : stored.history,
    ...(stored.comment === undefined ? {} : { comment: stored.comment }),
  })
}

interface StoredSpec {
  readonly format: number
  readonly path: string
  readonly order: readonly string[]
  readonly columns: Readonly<Record<string, JsonObject>>
  readonly computed: Readonly<Record<string, StoredComputed>>
  readonly primaryKey: readonly string[]
  readonly history: TableSpec['history']
  readonly comment?: string
}

interface StoredComputed extends Pick<ComputedSpec, 'nullable' | 'mode' | 'onError'> {
  readonly node: JsonObject
  readonly type: JsonObject
}

/** The persisted form of a plain column, an expression as default included. */
export function columnToJson(column: ColumnSpec): JsonObject {
  return columnSpecToJson(column, nodeToJson)
}

function columnFromJson(json: JsonObject, find: FindFunction): ColumnSpec {
  return columnSpecFromJson(json, (node) => nodeFromJson(node, find))
}

function computedToJson({ node, type, nullable, mode, onError }: ComputedSpec): JsonObject {
  const options = { nullable, mode, onError }
  return { type: type.toJson(), ...options, node: nodeToJson(node) }
}

function computedFromJson({ node, type, ...options }: StoredComputed, find: FindFunction): ComputedSpec {
  return Object.freeze({ ...options, type: columnTypeFromJson(type), node: nodeFromJson(node, find) })
}
