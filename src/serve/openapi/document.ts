import type { JsonObject } from '../../util/json.ts'
import { JOB_STATES, MOST_LISTED } from '../jobs/job-query.ts'
import type { RouteSpec } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'
import { problemResponses, SCHEMAS } from './components.ts'
import { operationOf } from './operation.ts'
import { OperationIds } from './operation-ids.ts'
import { writtenMedia, writtenOperation } from './written-operation.ts'

export interface DocumentInfo {
  readonly title?: string
  readonly version?: string
  readonly description?: string
}

export interface DocumentOptions extends DocumentInfo {
  /** The public address; left out, paths are relative to where the document is. */
  readonly server?: string
}

/** The OpenAPI 3.1 description of the declared routes, and of what the routers add by themselves. */
export function openapiDocument(routers: readonly RouterState[], options: DocumentOptions = {}): JsonObject {
  const ids = new OperationIds()
  const paths: Record<string, Record<string, JsonObject>> = {}
  const add = (path: string, method: string, operation: JsonObject) => {
    const methods = paths[path] ?? {}
    paths[path] = methods
    methods[method] ??= operation
  }
  for (const state of routers) {
    for (const spec of state.declared) {
      const path = openapiPath(`${state.prefix}${spec.pattern.path === '/' && state.prefix ? '' : spec.pattern.path}`)
      add(path, spec.method, operationOf(state, spec, ids.take(spec, state.prefix)))
    }
    for (const route of state.described) {
      const { method, path } = route
      const id = ids.take({ kind: method, method, pattern: { path } }, state.prefix)
      const full = openapiPath(`${state.prefix}${path === '/' && state.prefix ? '' : path}`)
      add(full, method, writtenOperation(state, route, id))
    }
    addJobs(state, add)
    if (state.declared.some(namesMedia) || state.described.some(writtenMedia))
      add(`${state.prefix}/media/{file}`, 'get', mediaOperation(state))
  }
  const { title = 'Cellar', version = '1.0.0', description, server } = options
  return {
    openapi: '3.1.1',
    info: { title, version, ...(description === undefined ? {} : { description }) },
    ...(server ? { servers: [{ url: server }] } : {}),
    paths,
    components: { schemas: SCHEMAS },
  }
}

/** Its answers hold media URLs, which lead to the media of the router. */
const namesMedia = ({ outputs, returnFile }: RouteSpec): boolean =>
  !returnFile && outputs.some(({ type }) => type.media)

const openapiPath = (path: string): string => path.replaceAll(/:([A-Za-z0-9_]+)(?:\{[^/]*\})?\??/g, '{$1}')

const idOf = (state: RouterState, name: string): string => {
  const words = state.prefix.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return name + words.join('')
}

function mediaOperation(state: RouterState): JsonObject {
  const signed = ['expires', 'signature'].map((name) => ({
    name,
    in: 'query',
    required: true,
    schema: { type: 'string' },
  }))
  return {
    operationId: idOf(state, 'getMedia'),
    summary: 'The bytes of a media value',
    tags: ['media'],
    parameters: [
      { name: 'file', in: 'path', required: true, schema: { type: 'string' } },
      ...(state.auth ? signed : []),
    ],
    responses: {
      200: { description: 'The file.', content: { '*/*': { schema: { type: 'string', format: 'binary' } } } },
      206: {
        description: 'The range asked for.',
        content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
      },
      304: { description: 'The caller has it.' },
      ...problemResponses([404, 416, 503]),
    },
  }
}

function listWords(): JsonObject[] {
  const word = (name: string, schema: JsonObject): JsonObject => ({ name, in: 'query', required: false, schema })
  return [
    word('state', { type: 'string', enum: [...JOB_STATES] }),
    word('limit', { type: 'integer', minimum: 1, maximum: MOST_LISTED, default: MOST_LISTED }),
    word('after', { type: 'string', description: 'The `next` of the page before.' }),
  ]
}

function addJobs(state: RouterState, add: (path: string, method: string, operation: JsonObject) => void): void {
  if (!state.declared.some((spec) => spec.background)) return
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }
  const wait = { name: 'wait', in: 'query', required: false, schema: { type: 'number', minimum: 0, maximum: 60 } }
  const job = { $ref: '#/components/schemas/Job' }
  const found = (schema: JsonObject, problems: readonly number[]) => ({
    200: { description: 'Done.', content: { 'application/json': { schema } } },
    ...problemResponses(state.auth ? [401, ...problems] : problems),
  })
  const operation = (name: string, summary: string, parameters: JsonObject[], responses: JsonObject): JsonObject => ({
    operationId: idOf(state, name),
    summary,
    tags: ['jobs'],
    ...(parameters.length === 0 ? {} : { parameters }),
    responses,
  })
  const jobs = {
    type: 'object',
    properties: { jobs: { type: 'array', items: job }, next: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
    required: ['jobs', 'next'],
  }
  const list = operation('listJobs', 'Jobs, newest first', listWords(), found(jobs, [403, 422, 503]))
  add(`${state.prefix}/jobs`, 'get', list)
  add(`${state.prefix}/jobs/{id}`, 'get', operation('getJob', 'A job', [id, wait], found(job, [404, 422, 503])))
  const act = found(job, [403, 404, 409, 503])
  add(`${state.prefix}/jobs/{id}/cancel`, 'post', operation('cancelJob', 'Cancel a job', [id], act))
  add(`${state.prefix}/jobs/{id}/retry`, 'post', operation('retryJob', 'Try a failed job again', [id], act))
}
