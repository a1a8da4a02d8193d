import type { JsonObject } from '../../util/json.ts'
import type { RouteSpec } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'
import { problemResponses, SCHEMAS } from './components.ts'
import { jobOperations } from './job-operations.ts'
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
    for (const [path, method, operation] of jobOperations(state, (name) => idOf(state, name)))
      add(state.prefix + path, method, operation)
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
