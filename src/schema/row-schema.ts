import { CellarError, type Issue } from '../errors/cellar-error.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import type { Side } from '../types/column-type.ts'
import { describeValue } from '../types/describe-value.ts'
import { InvalidValue } from '../types/invalid-value.ts'
import { nullableSchema } from '../types/nullable-schema.ts'
import type { JsonObject, JsonValue } from '../util/json.ts'
import { frozenRecord } from '../util/record.ts'
import type { RowSchema, SchemaResult } from './row-schema-types.ts'

/** A member of what a schema describes. */
export interface SchemaField {
  readonly column: Pick<ColumnSpec, 'type' | 'nullable' | 'default' | 'comment'>
  readonly required: boolean
}

export type SchemaFields = Readonly<Record<string, SchemaField>>

interface SchemaSpec {
  /** How messages name it, as in `photos.schemas.insert`. */
  readonly subject: string
  /** Whether it describes what a caller sends or what a route answers. */
  readonly side: Side
  readonly fields: SchemaFields
}

const ISSUES_TOLD = 100

const SCHEMA = Symbol.for('cellar.row-schema')

/** The loosely typed runtime of `RowSchema`; `createRowSchema` holds the one cast between them. */
class RowSchemaValue {
  readonly [SCHEMA]: SchemaSpec
  readonly '~standard': object

  constructor(spec: SchemaSpec) {
    this[SCHEMA] = spec
    const describe = () => jsonSchemaOf(spec)
    this['~standard'] = Object.freeze({
      version: 1,
      vendor: 'cellar',
      validate: (value: unknown) => validate(spec, value),
      jsonSchema: Object.freeze({ input: describe, output: describe }),
    })
    Object.freeze(this)
  }

  pick(...names: readonly string[]): RowSchemaValue {
    const { subject, fields } = this[SCHEMA]
    const unknown = names.find((name) => !Object.hasOwn(fields, name))
    if (unknown !== undefined) {
      const reason = `pick names '${unknown}'; there is ${Object.keys(fields).join(', ')}`
      throw new CellarError('INVALID_DECLARATION', { subject, reason })
    }
    const picked = frozenRecord(names.map((name) => [name, fields[name] as SchemaField]))
    return new RowSchemaValue({ ...this[SCHEMA], fields: picked })
  }

  toJsonSchema(): JsonObject {
    return jsonSchemaOf(this[SCHEMA])
  }
}

/** The schema of some fields. What it takes and gives exists for the type checker only, which is why this casts. */
export function createRowSchema<S extends RowSchema<object, object>>(spec: SchemaSpec): S {
  return new RowSchemaValue(spec) as unknown as S
}

/** The parts of a schema of Cellar's own; undefined for schemas of validator libraries. */
export function specOfRowSchema(schema: object): SchemaSpec | undefined {
  return SCHEMA in schema ? (schema[SCHEMA] as SchemaSpec) : undefined
}

function validate({ fields }: SchemaSpec, value: unknown): SchemaResult<object> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { issues: [{ path: [], message: `must be an object, not ${describeValue(value)}` }] }
  const issues: Issue[] = []
  const row: Record<string, unknown> = {}
  const given = value as Readonly<Record<string, unknown>>
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name)) issues.push({ path: [name], message: 'is not known', code: 'UNKNOWN_FIELD' })
  }
  for (const [name, field] of Object.entries(fields)) {
    const member = Object.hasOwn(given, name) ? given[name] : undefined
    if (member !== undefined) readMember(field, { name, member, row, issues })
    else if (field.required) issues.push({ path: [name], message: 'is required', code: 'MISSING_VALUE' })
  }
  return issues.length > 0 ? { issues: issues.slice(0, ISSUES_TOLD) } : { value: row }
}

interface Member {
  readonly name: string
  readonly member: unknown
  readonly row: Record<string, unknown>
  readonly issues: Issue[]
}

function readMember({ column: { type, nullable } }: SchemaField, { name, member, row, issues }: Member): void {
  if (member === null) {
    if (nullable) row[name] = null
    else issues.push({ path: [name], message: 'cannot be null', code: 'INVALID_VALUE' })
    return
  }
  try {
    row[name] = type.parseWire(member)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    for (const issue of error.issues) issues.push({ ...issue, path: [name, ...issue.path] })
  }
}

function jsonSchemaOf({ side, fields }: SchemaSpec): JsonObject {
  const required = Object.keys(fields).filter((name) => fields[name]?.required)
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, memberSchema(field, side)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
}

function memberSchema({ column }: SchemaField, side: Side): JsonObject {
  const { type, nullable, comment, default: initial } = column
  const value: JsonValue | undefined =
    side === 'input' && initial?.kind === 'value'
      ? initial.value === null
        ? null
        : type.toWire(initial.value)
      : undefined
  return {
    ...nullableSchema(type.jsonSchema(side), nullable),
    ...(comment === undefined ? {} : { description: comment }),
    ...(value === undefined ? {} : { default: value }),
  }
}
