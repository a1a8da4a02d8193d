import { specOfRowSchema } from '../../schema/row-schema.ts'
import { standardJsonSchema } from '../../types/json.ts'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import type { RouterState } from '../router-state.ts'
import type { DescribedRoute } from '../written/description.ts'
import { fieldsOf, parametersOf } from '../written/written-input.ts'
import { ACCEPTED, problemResponses } from './components.ts'
import { schemaWithExample } from './example-of.ts'
import { parameterOf, requestBodyOf } from './operation.ts'

/** A hand-written route as its description says. */
export function writtenOperation(state: RouterState, route: DescribedRoute, operationId: string): JsonObject {
  const { summary, description, tags = state.tags } = route.description
  const { parameters, requestBody } = inputOf(route)
  return {
    operationId,
    'x-cellar-path': route.path,
    summary: summary ?? `${route.method.toUpperCase()} ${route.path}`,
    ...(description === undefined ? {} : { description }),
    ...(tags.length === 0 ? {} : { tags: [...tags] }),
    ...(parameters.length === 0 ? {} : { parameters: [...parameters] }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: { ...success(route), ...problemResponses(statusesOf(state, route, requestBody !== undefined)) },
  }
}

interface Input {
  readonly parameters: readonly JsonObject[]
  readonly requestBody?: JsonObject
}

function inputOf(route: DescribedRoute): Input {
  const { input } = route.description
  const names = parametersOf(route.path)
  const inQuery = route.method === 'get' || route.method === 'delete'
  const fields = input && fieldsOf(route, input)
  if (fields === undefined) return inputOfSchema(input ? standardJsonSchema(input, 'input') : {}, names, inQuery)
  const rest = fields.filter((field) => field.source !== 'path')
  const known = new Set(fields.map((field) => field.name))
  const parameters = [
    ...names.filter((name) => !known.has(name)).map(textParameter),
    ...fields.filter((field) => field.source === 'path').map((field) => parameterOf(field, 'path')),
    ...(inQuery ? rest.map((field) => parameterOf(field, 'query')) : []),
  ]
  return { parameters, ...(inQuery || rest.length === 0 ? {} : { requestBody: requestBodyOf(rest, false) }) }
}

/** The schema of another library, as far as it describes itself. */
function inputOfSchema(schema: JsonObject, names: readonly string[], inQuery: boolean): Input {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonValue>>
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const rest = Object.entries(properties).filter(([name]) => !names.includes(name))
  const parameters = names.map((name) => ({ ...textParameter(name), schema: properties[name] ?? { type: 'string' } }))
  if (inQuery) {
    const query = rest.map(([name, of]) => ({ name, in: 'query', required: required.has(name), schema: of }))
    return { parameters: [...parameters, ...query] }
  }
  if (Object.keys(schema).length === 0) return { parameters }
  const needed = [...required].filter((name) => !names.includes(name as string))
  const { required: _, ...described } = schema
  const body: JsonObject = {
    ...described,
    properties: Object.fromEntries(rest),
    ...(needed.length === 0 ? {} : { required: needed }),
  }
  return { parameters, requestBody: { required: true, content: { 'application/json': schemaWithExample(body) } } }
}

const textParameter = (name: string): JsonObject => ({ name, in: 'path', required: true, schema: { type: 'string' } })

function success({ description: { output, background } }: DescribedRoute): JsonObject {
  if (background) return { '202': ACCEPTED }
  if (output === undefined) return { '200': { description: 'Done.' } }
  const schema = standardJsonSchema(output, 'output')
  return { '200': { description: 'Done.', content: { 'application/json': schemaWithExample(schema) } } }
}

function statusesOf(state: RouterState, { description }: DescribedRoute, hasBody: boolean): readonly number[] {
  const statuses = [500, 503]
  if (description.input) statuses.push(422)
  if (hasBody) statuses.push(400, 413, 415)
  if (state.auth) statuses.push(401)
  if (state.limitRate) statuses.push(429)
  return statuses.sort((a, b) => a - b)
}

/** Its answers hold media URLs, as far as that is known. */
export function writtenMedia({ description: { output } }: DescribedRoute): boolean {
  const spec = output && specOfRowSchema(output)
  return spec !== undefined && Object.values(spec.fields).some((field) => field.column.type.media)
}
