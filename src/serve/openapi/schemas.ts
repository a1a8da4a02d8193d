import type { JsonObject, JsonValue } from '../../util/json.ts'
import { type InputField, type OutputField, type RouteSpec, takesRows } from '../route-spec.ts'

const nullable = (schema: JsonObject, isNullable: boolean): JsonObject =>
  isNullable ? { anyOf: [schema, { type: 'null' }] } : schema

/** One field of an input: type, null, comment, default. */
export function inputSchema(field: InputField): JsonObject {
  const { type, comment, default: initial } = field.column
  const plain = field.source === 'upload' ? fileSchema(type.mediaKind) : type.jsonSchema('input')
  const schema = { ...plain, ...field.constraint?.schema }
  const value: unknown = field.hasDefault ? field.defaultValue : initial?.kind === 'value' ? initial.value : undefined
  return {
    ...nullable(schema, field.nullable),
    ...(comment === undefined ? {} : { description: comment }),
    ...(value === undefined ? {} : { default: value === null ? null : type.toWire(value) }),
  }
}

/** `format: binary` is what UIs and generators take for a file, also in 3.1. */
function fileSchema(mediaKind: string | null): JsonObject {
  return { type: 'string', format: 'binary', contentMediaType: mediaTypes(mediaKind) }
}

export function mediaTypes(mediaKind: string | null): string {
  return mediaKind === null || mediaKind === 'document' ? 'application/octet-stream' : `${mediaKind}/*`
}

export function objectSchema(fields: readonly InputField[]): JsonObject {
  const required = fields.filter((field) => field.required).map((field) => field.name)
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, inputSchema(field)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
}

export function isList(spec: RouteSpec): boolean {
  return spec.kind === 'list' || (spec.kind === 'query' && spec.pages !== undefined)
}

function rowSchema(outputs: readonly OutputField[]): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(outputs.map((field) => [field.name, outputSchema(field)])),
    required: outputs.map((field) => field.name),
    additionalProperties: false,
  }
}

function outputSchema({ type, nullable: isNullable, comment }: OutputField): JsonObject {
  const schema: JsonObject = type.mediaKind
    ? { type: 'string', format: 'uri-reference', contentMediaType: mediaTypes(type.mediaKind) }
    : type.jsonSchema('output')
  return { ...nullable(schema, isNullable), ...(comment === undefined ? {} : { description: comment }) }
}

/** The answer to a list. */
function batchSchema(row: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: {
      count: { type: 'integer', minimum: 0, description: 'Rows written or computed.' },
      rows: { type: 'array', items: row, description: 'Their outputs, in the order of the request.' },
      errors: { type: 'array', items: { $ref: '#/components/schemas/RowError' } },
    },
    required: ['count', 'rows', 'errors'],
    additionalProperties: false,
  }
}

/** What a successful answer, or the result of a job, looks like. */
export function resultSchema(spec: RouteSpec): JsonObject {
  if (spec.kind === 'delete') {
    const num_rows: JsonValue = { type: 'integer', minimum: 0 }
    return { type: 'object', properties: { num_rows }, required: ['num_rows'], additionalProperties: false }
  }
  const row = rowSchema(spec.outputs)
  if (takesRows(spec)) return { oneOf: [row, batchSchema(row)] }
  if (!isList(spec)) return row
  const next: JsonObject = {
    anyOf: [{ type: 'string' }, { type: 'null' }],
    description: '`after` of the next page; null on the last one.',
  }
  return {
    type: 'object',
    properties: { rows: { type: 'array', items: row }, next },
    required: ['rows', 'next'],
    additionalProperties: false,
  }
}
