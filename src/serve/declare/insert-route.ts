import { columnsOf } from '../../expr/walk.ts'
import type { AnyTable } from '../../schema/table.ts'
import { rowColumns } from '../../schema/table-schemas.ts'
import type { TableSpec } from '../../schema/table-spec.ts'
import { checkRateLimit } from '../limits/rate-limit.ts'
import { checkTimeout } from '../limits/time-limit.ts'
import { parsePathPattern } from '../path-pattern.ts'
import type { OutputField, RowRouteSpec } from '../route-spec.ts'
import type { OnError } from '../route-types.ts'
import { RouteChecks } from './checks.ts'
import { type GivenFields, resolveFields } from './fields.ts'
import { checkReply, resolveOutputs } from './outputs.ts'

/** Options as given; their static types live in `route-options.ts`. */
export interface GivenRoute extends GivenFields {
  readonly path?: unknown
  readonly outputs?: unknown
  readonly method?: unknown
  readonly handler?: unknown
  readonly background?: unknown
  readonly returnFile?: unknown
  readonly public?: unknown
  readonly summary?: unknown
  readonly description?: unknown
  readonly timeout?: unknown
  readonly rateLimit?: unknown
  readonly onError?: unknown
}

/** What every kind of route has. */
export const SHARED_OPTIONS = ['path', 'background', 'public', 'summary', 'description', 'timeout', 'rateLimit']
const COMMON = [...SHARED_OPTIONS, 'outputs', 'handler', 'returnFile']
export const ROUTE_OPTIONS = [...COMMON, 'inputs', 'uploadInputs', 'set', 'defaults', 'constraints']
/** Of the routes that write or compute rows. */
export const ROW_OPTIONS = [...ROUTE_OPTIONS, 'onError']

export function declareInsert(table: AnyTable, options: GivenRoute): RowRouteSpec {
  const spec = declareRow('insert', table, options)
  requireColumns(spec, Object.keys(spec.tableSpec.columns), 'every row needs')
  return spec
}

/** Only what the outputs are computed from has to be given. */
export function declareCompute(table: AnyTable, options: GivenRoute): RowRouteSpec {
  const spec = declareRow('compute', table, options)
  requireColumns(spec, sourcesOf(spec), 'the outputs are computed from')
  return spec
}

export function requireColumns(spec: RowRouteSpec, needed: Iterable<string>, why: string): void {
  const checks = new RouteChecks(spec.kind, spec.method, spec.pattern.path)
  const given = new Set([...spec.inputs.map((field) => field.name), ...Object.keys(spec.set)])
  for (const name of needed) {
    const column = spec.tableSpec.columns[name]
    if (column === undefined || given.has(name) || column.nullable || column.default !== undefined) continue
    const fix = 'Add it to one of them, or give the column a default.'
    throw checks.fail('inputs', `and uploadInputs lack '${name}', which ${why}`, fix)
  }
}

/** Columns that the outputs read, through other computed columns too. */
function sourcesOf(spec: RowRouteSpec): ReadonlySet<string> {
  const sources = new Set<string>()
  const waiting = spec.outputs.map((field) => field.name)
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (sources.has(name)) continue
    sources.add(name)
    const computed = spec.tableSpec.computed[name]
    if (computed !== undefined) waiting.push(...columnsOf(computed.node))
  }
  return sources
}

function declareRow(kind: 'insert' | 'compute', table: AnyTable, given: GivenRoute): RowRouteSpec {
  const checks = new RouteChecks(kind, 'post', given.path)
  checks.known(given, ROW_OPTIONS)
  const tableSpec = checks.table(table)
  const options = checks.named(given, tableSpec.path)
  const pattern = parsePathPattern(checks.title, options.path)
  const fields = resolveFields(checks, options, {
    columns: tableSpec.columns,
    refused: computedNames(tableSpec),
    all: Object.keys(tableSpec.columns),
    always: [],
    parameters: pattern.parameters,
    what: `column of ${tableSpec.path}`,
    partial: false,
  })
  return Object.freeze({
    ...replyOf(checks, options, tableSpec),
    ...fields,
    kind,
    method: 'post',
    pattern,
    table,
    tableSpec,
  })
}

export function computedNames(table: TableSpec): ReadonlyMap<string, string> {
  return new Map(Object.keys(table.computed).map((name) => [name, 'it is computed from other columns']))
}

export function outputsOf(table: TableSpec): readonly OutputField[] {
  return rowColumns(table).map(([name, column]) => Object.freeze({ name, ...column }))
}

/** What the routes over rows have in common. */
export function replyOf(checks: RouteChecks, options: GivenRoute, table: TableSpec) {
  const onError = checks.word<OnError>('onError', options.onError, ['abort', 'store', 'caller'])
  const stores = onError === 'store' || onError === 'caller'
  // A cell that failed and was stored is null.
  const columns = outputsOf(table).map((field) =>
    stores && Object.hasOwn(table.computed, field.name) ? Object.freeze({ ...field, nullable: true }) : field,
  )
  const outputs = resolveOutputs(checks, options.outputs, columns, `column of ${table.path}`)
  const reply = commonOf(checks, options)
  checkReply(checks, { ...reply, handler: options.handler }, outputs)
  return { ...reply, outputs, ...(onError === undefined ? {} : { onError }) }
}

export function commonOf(checks: RouteChecks, options: GivenRoute) {
  const handler = checks.run<NonNullable<RowRouteSpec['handler']>>('handler', options.handler)
  const summary = checks.text('summary', options.summary)
  const description = checks.text('description', options.description)
  const timeout = checkTimeout(checks.title, options.timeout)
  const rateLimit = checkRateLimit(checks.title, options.rateLimit)
  return {
    background: checks.flag('background', options.background),
    returnFile: checks.flag('returnFile', options.returnFile),
    public: checks.flag('public', options.public),
    ...(handler === undefined ? {} : { handler }),
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  }
}
