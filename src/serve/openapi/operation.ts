import type { JsonObject } from '../../util/json.ts'
import { revalidates } from '../respond/etag.ts'
import { type InputField, type RouteSpec, takesRows } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'
import { changesRows } from '../routes/if-match.ts'
import { takesKey } from '../routes/keyed-request.ts'
import { ACCEPTED, problemResponses } from './components.ts'
import { schemaWithExample } from './example-of.ts'
import { inputSchema, isList, mediaTypes, objectSchema, resultSchema } from './schemas.ts'

const VERBS = {
  insert: 'Insert',
  update: 'Update',
  upsert: 'Insert or update',
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
    ...choiceParameters(spec),
    ...headerParameters(state, spec),
  ]
  return {
    operationId,
    'x-cellar-path': spec.pattern.path,
    summary: spec.summary ?? defaultSummary(spec),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(state.tags.length === 0 ? {} : { tags: [...state.tags] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(inQuery || bodyFields(spec).length === 0
      ? {}
      : { requestBody: requestBodyOf(bodyFields(spec), takesRows(spec)) }),
    responses: { ...success(state, spec), ...problemResponses(statusesOf(state, spec)) },
  }
}

const bodyFields = (spec: RouteSpec): readonly InputField[] => spec.inputs.filter((field) => field.source !== 'path')

function defaultSummary(spec: RouteSpec): string {
  if (spec.kind === 'query') return `Query ${spec.definition.name}`
  const several = spec.kind === 'delete' || spec.kind === 'list'
  const what = several ? 'rows of' : takesRows(spec) ? 'one or more rows of' : 'a row of'
  return `${VERBS[spec.kind]} ${what} ${spec.tableSpec.path}${spec.kind === 'compute' ? ', without storing it' : ''}`
}

export function parameterOf(field: InputField, where: 'path' | 'query'): JsonObject {
  const { description, ...schema } = inputSchema(field)
  return {
    name: field.name,
    in: where,
    required: field.required,
    ...(description === undefined ? {} : { description }),
    // UIs fill in what has an example, and what is optional is better left out.
    ...(field.required ? schemaWithExample(schema) : { schema }),
  }
}

function headerParameters(state: RouterState, spec: RouteSpec): JsonObject[] {
  const header = (name: string, description: string, schema: JsonObject): JsonObject => {
    return { name, in: 'header', required: false, description, schema: { type: 'string', ...schema } }
  }
  const key = 'Requests with the same key are done once; the first answer is given again for a day.'
  const match = 'The `ETag` that the row is to have; it is left alone when it has another.'
  const known = 'The `ETag` that the caller has; 304 while the row still has it.'
  return [
    ...(takesKey(spec) ? [header('Idempotency-Key', key, { minLength: 1, maxLength: 255 })] : []),
    ...(changesRows(spec) && !spec.background ? [header('If-Match', match, {})] : []),
    ...(revalidates(state, spec) ? [header('If-None-Match', known, {})] : []),
  ]
}

/** What a caller may choose in the query string. */
function choiceParameters(spec: RouteSpec): JsonObject[] {
  if (spec.kind === 'query' || spec.kind === 'delete' || spec.kind === 'list') return []
  const choice = (name: string, description: string, words: readonly string[]): JsonObject => {
    return { name, in: 'query', required: false, description, schema: { type: 'string', enum: [...words] } }
  }
  const invalid = 'What a row of a list that cannot be used does: refuse the list, or be listed in `errors`.'
  const error = 'What a cell that cannot be computed does: refuse the request, or be stored as failed.'
  return [
    ...(takesRows(spec) ? [choice('onInvalid', invalid, ['abort', 'skip'])] : []),
    ...(spec.onError === 'caller' ? [choice('onError', error, ['abort', 'store'])] : []),
  ]
}

/** With uploads a form; the same as JSON, where a file is a data URL or an http(s) URL. */
export function requestBodyOf(fields: readonly InputField[], severalRows = false): JsonObject {
  const form = { schema: objectSchema(fields) }
  const uploads = fields.some((field) => field.source === 'upload')
  const row = objectSchema(fields.map((field) => ({ ...field, source: 'body' as const })))
  const required = fields.some((field) => field.required)
  if (!severalRows) {
    const json = schemaWithExample(row)
    const content: JsonObject = uploads
      ? { 'multipart/form-data': form, 'application/json': json }
      : { 'application/json': json, 'multipart/form-data': form }
    return { required, content }
  }
  const json = schemaWithExample({ oneOf: [row, { type: 'array', items: row }] })
  const lines = { schema: { type: 'string', description: 'One object of `application/json` a line.' } }
  const content: JsonObject = uploads
    ? { 'multipart/form-data': form, 'application/json': json, 'application/x-ndjson': lines }
    : { 'application/json': json, 'application/x-ndjson': lines, 'multipart/form-data': form }
  const description = 'One object or a list. In a form, fields of several rows are named `rows[0].title`.'
  return { required, description, content }
}

function success(state: RouterState, spec: RouteSpec): JsonObject {
  if (spec.background) {
    const headers = { Location: { description: 'Where the job can be watched.', schema: { type: 'string' } } }
    return { '202': { ...ACCEPTED, headers } }
  }
  if (spec.returnFile) {
    const kind = spec.outputs.find((field) => field.type.media)?.type.mediaKind ?? null
    const content = { [mediaTypes(kind)]: { schema: { type: 'string', format: 'binary' } } }
    return { '200': { description: 'The file.', content } }
  }
  const json = { 'application/json': schemaWithExample(resultSchema(spec)) }
  if (revalidates(state, spec)) {
    return { '200': { description: 'Done.', content: json }, '304': { description: 'The caller has it.' } }
  }
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
  if (spec.background && state.jobs.maxQueuedPerUser !== undefined) statuses.add(429)
  if (spec.rateLimit || state.limitRate) statuses.add(429)
  // An upsert only with `If-Match`, which asks for a row that is there.
  if (spec.kind === 'update' || spec.kind === 'upsert' || spec.returnFile || (spec.kind === 'query' && spec.oneRow))
    statuses.add(404)
  if (changesRows(spec) && !spec.background) statuses.add(412)
  const negotiates = spec.kind === 'list' || spec.kind === 'query'
  if (negotiates && !spec.returnFile && !spec.background) statuses.add(406)
  if (spec.kind === 'insert' || spec.kind === 'update' || spec.kind === 'upsert') statuses.add(507)
  return [...statuses].sort((a, b) => a - b)
}
