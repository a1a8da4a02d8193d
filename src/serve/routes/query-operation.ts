import { CellarError } from '../../errors/cellar-error.ts'
import { columnRefNode } from '../../expr/column-ref-node.ts'
import { literalNode } from '../../expr/literal-node.ts'
import { conjunctsOf } from '../../query/conditions.ts'
import { isGrouped } from '../../query/groups.ts'
import type { QueryDefinitionSpec, QuerySpec } from '../../query/query-spec.ts'
import { columnsOfSource, lonelyTable } from '../../query/sources.ts'
import { specOfTable } from '../../schema/table-value.ts'
import { makeDefault } from '../../types/column-spec.ts'
import { types } from '../../types/kinds.ts'
import { Lazy } from '../lazy.ts'
import type { InputValues } from '../request/input-parser.ts'
import { compileEtag, type EtagOf } from '../respond/etag.ts'
import { compileNegotiation } from '../respond/negotiate.ts'
import { compileRowWriter } from '../respond/row-writer.ts'
import type { PageWords, QueryRouteSpec } from '../route-spec.ts'
import { compileList } from './list-operation.ts'
import type { Operation } from './operation.ts'
import { shapeResult } from './shape-result.ts'

const lookups = new Lazy(() => import('../../query/key-lookup.ts'))

export function compileQueryOperation(spec: QueryRouteSpec): Operation {
  return spec.pages ? compileRows(spec, spec.pages) : compileOneRow(spec)
}

function compileRows(spec: QueryRouteSpec, pages: PageWords): Operation {
  const { outputs, handler, definition } = spec
  const { query } = definition
  const fill = compileDefaults(spec)
  const bound = compileBound(definition)
  return compileList({
    outputs,
    pages,
    handler,
    select: (values) => {
      const boundTo = bound(values)
      return { query, parameters: fill(values), boundTo }
    },
  })
}

function compileOneRow(spec: QueryRouteSpec): Operation {
  const write = compileRowWriter(spec.outputs)
  const tagged = withEtag(spec.definition.query)
  const query = oneRowMore(tagged?.query ?? spec.definition.query)
  const fill = compileDefaults(spec)
  const negotiate = spec.returnFile ? undefined : compileNegotiation(['json'])
  return async (call) => {
    if (call.http) negotiate?.(call.http.req.header('accept'))
    const { collectShared } = lookups.now ?? (await lookups.load())
    const rows = await collectShared(call.binding.context, query, {
      parameters: fill(call.values),
      signal: call.signal,
    })
    const row = onlyRow(spec, rows)
    const written = write(row, call.mediaUrl)
    const body = spec.handler ? await shapeResult(spec.handler, written, call) : written
    return tagged ? { body, headers: { etag: tagged.etagOf(row) } } : { body }
  }
}

/** A row of one table can be named by its tag: then all its columns are read, beside those that are selected. */
function withEtag(query: QuerySpec): { readonly query: QuerySpec; readonly etagOf: EtagOf } | undefined {
  const table = lonelyTable(query)
  if (!table || isGrouped(query)) return undefined
  const spec = specOfTable(table)
  if (query.select === undefined) return { query, etagOf: compileEtag(spec) }
  const nameOf = (column: string) => `~${column}`
  const all = Object.entries(columnsOfSource(query.from)).map(([name, { type, nullable }]) => {
    return [nameOf(name), columnRefNode(name, { type, nullable }, null, query.from.source)] as const
  })
  const select = Object.freeze({ ...query.select, ...Object.fromEntries(all) })
  return { query: Object.freeze({ ...query, select }), etagOf: compileEtag(spec, nameOf) }
}

/**
 * The values that a request is about. What a generator makes of a parameter that was left out differs from page to
 * page, so it is no part of them.
 */
function compileBound({ parameters }: QueryDefinitionSpec): (values: InputValues) => () => unknown {
  const all = Object.entries(parameters)
  const generated = all.flatMap(([name, spec]) => (spec.default?.kind === 'generator' ? [name] : []))
  return (values) => {
    const made = generated.filter((name) => values[name] === undefined)
    return () =>
      all.flatMap(([name, { type }]) => {
        const value = values[name]
        if (value === undefined || made.includes(name)) return []
        return [[name, value === null || type.media ? value : type.toStoredJson(value)]]
      })
  }
}

function onlyRow<T>(spec: QueryRouteSpec, rows: readonly T[]): T {
  const [row] = rows
  const { name } = spec.definition
  if (row === undefined) throw new CellarError('ROW_NOT_FOUND', { table: name, key: 'these values' })
  if (rows.length > 1) throw new CellarError('SEVERAL_ROWS', { subject: name })
  return row
}

/** At most one row more is read than is answered with. A query by the whole primary key reads one anyway. */
function oneRowMore(query: QuerySpec): QuerySpec {
  const fixed = query.limit?.kind === 'literal' ? Number(query.limit.value) : undefined
  if ((query.limit !== undefined && fixed === undefined) || readsByKey(query)) return query
  return Object.freeze({ ...query, limit: literalNode(Math.min(fixed ?? 2, 2), types.int) })
}

function readsByKey(query: QuerySpec): boolean {
  const table = lonelyTable(query)
  if (!table) return false
  const { primaryKey } = specOfTable(table)
  const compared = new Set<string>()
  for (const node of conjunctsOf(query.where)) {
    if (node.kind !== 'operation' || node.operation !== 'eq') continue
    const fixed = node.operands.some((operand) => operand.kind === 'parameter' || operand.kind === 'literal')
    for (const operand of node.operands) if (fixed && operand.kind === 'column-ref') compared.add(operand.column)
  }
  return primaryKey.length > 0 && primaryKey.every((column) => compared.has(column))
}

/** Parameters that the request left out: their default, else null. */
function compileDefaults(spec: QueryRouteSpec): (values: Record<string, unknown>) => Record<string, unknown> {
  const optional = Object.entries(spec.definition.parameters).filter(
    ([, { nullable, default: value }]) => nullable || value,
  )
  if (optional.length === 0) return (values) => values
  return (values) => {
    for (const [name, parameter] of optional) {
      if (values[name] !== undefined) continue
      values[name] = parameter.default === undefined ? null : makeDefault(parameter)
    }
    return values
  }
}
