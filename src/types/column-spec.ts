import { CellarError } from '../errors/cellar-error.ts'
import type { JsonObject, JsonValue } from '../util/json.ts'
import type { ColumnType } from './column-type.ts'
import { columnTypeFromJson } from './column-type-from-json.ts'
import { type GeneratorName, generate } from './generators.ts'

/** What a row has when nothing is given. The node of an expression is known to `expr/` only. */
export type DefaultSpec =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'generator'; readonly name: GeneratorName }
  | { readonly kind: 'expression'; readonly node: unknown }

/** A declared column, parameter or argument: frozen. */
export interface ColumnSpec {
  readonly type: ColumnType
  readonly nullable: boolean
  readonly default?: DefaultSpec
  readonly primaryKey: boolean
  readonly unique: boolean
  readonly comment?: string
  /** The referenced column, as in `nodes.id`. */
  readonly references?: string
}

/** Where a column value keeps its spec; registered, so that columns of another installed copy are understood. */
export const COLUMN = Symbol.for('cellar.column')

/** @throws INVALID_DECLARATION when the value is not made by `t` */
export function specOfColumn(column: unknown): ColumnSpec {
  if (typeof column === 'object' && column !== null && COLUMN in column) return column[COLUMN] as ColumnSpec
  const reason = 'it takes column types such as t.string()'
  throw new CellarError('INVALID_DECLARATION', { subject: 'a column', reason })
}

/**
 * What a row gets for a column that is given nothing: null for a nullable one, undefined where a value is needed, or
 * where the default is an expression, which `expr/` evaluates.
 */
export function makeDefault(spec: ColumnSpec): unknown {
  const { type, default: given, nullable } = spec
  if (given === undefined) return nullable ? null : undefined
  if (given.kind === 'value') return copyOf(given.value, type)
  return given.kind === 'generator' ? type.parse(generate(given.name)) : undefined
}

/** Rows never share a value that can be changed. */
function copyOf(value: unknown, type: ColumnType): unknown {
  return typeof value === 'object' && value !== null ? type.fromStoredJson(type.toStoredJson(value)) : value
}

/** The persisted form. @param nodeToJson writes the expression of a default */
export function columnSpecToJson(spec: ColumnSpec, nodeToJson: (node: never) => JsonObject = unknownNode): JsonObject {
  const { type, nullable, primaryKey, unique, comment, references } = spec
  return {
    type: type.toJson(),
    nullable,
    primaryKey,
    unique,
    ...(spec.default === undefined ? {} : { default: defaultToJson(spec.default, type, nodeToJson) }),
    ...(comment === undefined ? {} : { comment }),
    ...(references === undefined ? {} : { references }),
  }
}

function defaultToJson(given: DefaultSpec, type: ColumnType, nodeToJson: (node: never) => JsonObject): JsonObject {
  if (given.kind === 'generator') return { kind: 'generator', name: given.name }
  if (given.kind === 'expression') return { kind: 'expression', node: nodeToJson(given.node as never) }
  return { kind: 'value', value: given.value === null ? null : type.toStoredJson(given.value) }
}

/** Reads what `columnSpecToJson` wrote. @param nodeFromJson reads the expression of a default */
export function columnSpecFromJson(
  json: JsonObject,
  nodeFromJson: (json: JsonObject) => unknown = unknownNode,
): ColumnSpec {
  const { type: typeJson, default: given, ...rest } = json
  const type = columnTypeFromJson(typeJson as JsonObject)
  const stored = rest as unknown as Omit<ColumnSpec, 'type' | 'default'>
  if (given === undefined) return Object.freeze({ type, ...stored })
  return Object.freeze({ type, ...stored, default: defaultFromJson(given as StoredDefault, type, nodeFromJson) })
}

type StoredDefault =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'generator'; readonly name: GeneratorName }
  | { readonly kind: 'expression'; readonly node: JsonObject }

function defaultFromJson(
  given: StoredDefault,
  type: ColumnType,
  nodeFromJson: (json: JsonObject) => unknown,
): DefaultSpec {
  if (given.kind === 'generator') return Object.freeze({ kind: 'generator', name: given.name })
  if (given.kind === 'expression') return Object.freeze({ kind: 'expression', node: nodeFromJson(given.node) })
  return Object.freeze({ kind: 'value', value: given.value === null ? null : type.fromStoredJson(given.value) })
}

function unknownNode(): never {
  const reason = 'its default is an expression, which cannot be used here'
  throw new CellarError('INVALID_DECLARATION', { subject: 'a column', reason })
}
