import type { JsonObject } from '../../util/json.ts'
import type { InputField, RouteSpec } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'
import { problemResponses } from './components.ts'
import { inputSchema, isList, mediaTypes, objectSchema, resultSchema } from './schemas.ts'

const VERBS = {
  insert: 'Insert',
  update: 'Update',
  delete: 'Delete',
  compute: 'Compute',
  query: 'Query',
  list: 'List',
} as const

export function operationOf(state: RouterState, spec: RouteSpec, operationId: string): JsonObject {
  const inQuery = spec.method === 'get'
  const parameters = [
    ...spec.inputs.filter((field) => field.source === 'path').map((field) => parameterOf(field, 'path')),
    ...(inQuery ? bodyFields(spec).map((field) => parameterOf(field, 'query')) : []),
  ]
  return {
    operationId,
    'x-cellar-path': spec.pattern.path,
    summary: spec.summary ?? defaultSummary(spec),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(state.tags.length === 0 ? {} : { tags: [...state.tags] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(inQuery || bodyFields(spec).length === 0 ? {} : { requestBody: requestBodyOf(bodyFields(spec)) }),
    responses: { ...success(spec), ...problemResponses(statusesOf(state, spec)) },
  }
}

const bodyFields = (spec: RouteSpec): readonly InputField[] => spec.inputs.filter((field) => field.source !== 'path')

function defaultSummary(spec: RouteSpec): string {
  if (spec.kind === 'query') return `Query ${spec.definition.name}`
  const what = spec.kind === 'delete' || spec.kind === 'list' ? 'rows of' : 'a row of'
  return `${VERBS[spec.kind]} ${what} ${spec.tableSpec.path}${spec.kind === 'compute' ? ', without storing it' : ''}`
}

export function parameterOf(field: InputField, where: 'path' | 'query'): JsonObject {
  const { description, ...schema } = inputSchema(field)
  return {
    name: field.name,
    in: where,
    required: field.required,
    ...(description === undefined ? {} : { description }),
    schema,
  }
}

/** With uploads a form; the same as JSON, where a file is a data URL or an http(s) URL. */
export function requestBodyOf(fields: readonly InputField[]): JsonObject {
  const form = { schema: objectSchema(fields) }
  const uploads = fields.some((field) => field.source === 'upload')
  const json = { schema: objectSchema(fields.map((field) => ({ ...field, source: 'body' as const }))) }
  const content: JsonObject = uploads
    ? { 'multipart/form-data': form, 'application/json': json }
    : { 'application/json': json, 'multipart/form-data': form }
  return { required: fields.some((field) => field.required), content }
}

function success(spec: RouteSpec): JsonObject {
  if (spec.background) {
    const headers = { Location: { description: 'Where the job can be watched.', schema: { type: 'string' } } }
    const content = { 'application/json': { schema: { $ref: '#/components/schemas/JobAccepted' } } }
    return { '202': { description: 'A job does it; its result is what the route describes.', headers, content } }
  }
  if (spec.returnFile) {
    const kind = spec.outputs.find((field) => field.type.media)?.type.mediaKind ?? null
    const content = { [mediaTypes(kind)]: { schema: { type: 'string', format: 'binary' } } }
    return { '200': { description: 'The file.', content } }
  }
  const json = { 'application/json': { schema: resultSchema(spec) } }
  if (!isList(spec)) return { '200': { description: 'Done.', content: json } }
  const Link = { description: 'The next page, `rel="next"`; left out on the last one.', schema: { type: 'string' } }
  const content = spec.handler ? json : { ...json, ...lineTypes(spec) }
  return { '200': { description: 'A page of the rows.', headers: { Link }, content } }
}

/** Without a limit all rows, else a page of them. */
function lineTypes(spec: RouteSpec): JsonObject {
  return {
    'application/x-ndjson': { schema: { type: 'string', description: 'A row a line, each as in `rows`.' } },
    'text/csv': {
      schema: {
        type: 'string',
        description: `A header line, then a row a line: ${spec.outputs.map(({ name }) => name).join(', ')}.`,
      },
    },
  }
}

function statusesOf(state: RouterState, spec: RouteSpec): readonly number[] {
  const hasBody = spec.method !== 'get'
  const statuses = new Set([422, 500, 503, 409])
  if (hasBody) for (const status of [400, 413, 415]) statuses.add(status)
  if (state.auth && !spec.public) statuses.add(401)
  if (spec.rateLimit || state.limitRate) statuses.add(429)
  if (spec.kind === 'update' || spec.returnFile || (spec.kind === 'query' && spec.oneRow)) statuses.add(404)
  const negotiates = spec.kind === 'list' || spec.kind === 'query'
  if (negotiates && !spec.returnFile && !spec.background) statuses.add(406)
  if (spec.kind === 'insert' || spec.kind === 'update') statuses.add(507)
  return [...statuses].sort((a, b) => a - b)
}
