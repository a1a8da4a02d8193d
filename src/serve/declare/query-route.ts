import { isCellarError } from '../../errors/cellar-error.ts'
import { pagePlan } from '../../query/page-plan.ts'
import type { QueryDefinition } from '../../query/query.ts'
import { specOfQueryDefinition } from '../../query/query-definition.ts'
import { resultColumns } from '../../query/query-schemas.ts'
import type { QueryDefinitionSpec } from '../../query/query-spec.ts'
import type { Columns } from '../../types/column.ts'
import { parsePathPattern } from '../path-pattern.ts'
import type { OutputField, QueryRouteSpec } from '../route-spec.ts'
import { RouteChecks } from './checks.ts'
import { resolveFields } from './fields.ts'
import { commonOf, type GivenRoute, ROUTE_OPTIONS } from './insert-route.ts'
import { checkReply, resolveOutputs } from './outputs.ts'
import { pageFields, pageWords } from './page-fields.ts'

const OPTIONS = [...ROUTE_OPTIONS, 'method', 'oneRow']

export interface GivenQuery extends GivenRoute {
  readonly oneRow?: unknown
}

export function declareQuery(query: QueryDefinition<Columns, unknown>, given: GivenQuery): QueryRouteSpec {
  const checks = new RouteChecks('query', given.method, given.path)
  checks.known(given, OPTIONS)
  const options = checks.named(given, undefined)
  const method = checks.method(options.method)
  const definition = definitionOf(checks, query)
  const { name, parameters } = definition
  const pattern = parsePathPattern(checks.title, options.path)
  const fields = resolveFields(checks, options, {
    columns: parameters,
    refused: new Map(),
    all: Object.keys(parameters),
    always: [],
    parameters: pattern.parameters,
    what: `parameter of ${name}`,
    partial: false,
  })
  if (options.uploadInputs !== undefined && (method === 'get' || method === 'delete')) {
    throw checks.fail('uploadInputs', `cannot be had with method ${method}`, 'Use post.')
  }
  const outputs = resolveOutputs(checks, options.outputs, resultFields(definition), `column of the result of ${name}`)
  const reply = commonOf(checks, options)
  checkReply(checks, { ...reply, handler: options.handler }, outputs)
  const oneRow = checks.flag('oneRow', options.oneRow)
  requireParameters(
    checks,
    definition,
    new Set([...fields.inputs.map((field) => field.name), ...Object.keys(fields.set)]),
  )
  const { description } = definition
  const described = description === undefined ? {} : { description }
  const common = { ...described, ...reply, ...fields }
  const route = { ...common, outputs, kind: 'query', method, pattern, definition, oneRow } as const
  if (oneRow || reply.returnFile) return Object.freeze(route)
  assertPages(checks, definition)
  const pages = pageWords(parameters)
  return Object.freeze({ ...route, pages, inputs: Object.freeze([...fields.inputs, ...pageFields(pages)]) })
}

/** A list needs rows that can be told apart, so that a page can begin behind one. */
function assertPages(checks: RouteChecks, { name, query }: QueryDefinitionSpec): void {
  try {
    pagePlan(query)
  } catch (error) {
    if (!isCellarError(error)) throw error
    const fix = 'Select what tells them apart, or use oneRow.'
    throw checks.fail('query', `${name} cannot be answered in pages: ${String(error.details.reason)}`, fix)
  }
}

function definitionOf(checks: RouteChecks, query: QueryDefinition<Columns, unknown>): QueryDefinitionSpec {
  try {
    return specOfQueryDefinition(query)
  } catch {
    throw checks.fail('query', 'is no query', 'Give a value of defineQuery.')
  }
}

function resultFields({ query }: QueryDefinitionSpec): readonly OutputField[] {
  return resultColumns(query).map(([name, column]) => Object.freeze({ name, ...column }))
}

function requireParameters(checks: RouteChecks, definition: QueryDefinitionSpec, given: ReadonlySet<string>): void {
  for (const [name, parameter] of Object.entries(definition.parameters)) {
    if (given.has(name) || parameter.nullable || parameter.default !== undefined) continue
    const fix = 'Add it, or give the parameter a default.'
    throw checks.fail('inputs', `and uploadInputs lack '${name}', which ${definition.name} needs`, fix)
  }
}
