import type { AnyTable } from '../../schema/table.ts'
import { specOfTable } from '../../schema/table-value.ts'
import { parsePathPattern } from '../path-pattern.ts'
import type { RowRouteSpec } from '../route-spec.ts'
import { RouteChecks } from './checks.ts'
import { resolveFields } from './fields.ts'
import { computedNames, type GivenRoute, ROUTE_OPTIONS, replyOf } from './insert-route.ts'

const OPTIONS = [...ROUTE_OPTIONS.filter((name) => name !== 'defaults'), 'method']

export function declareUpdate(table: AnyTable, options: GivenRoute): RowRouteSpec {
  const checks = new RouteChecks('update', options.method, options.path)
  checks.known(options, OPTIONS)
  const method = checks.method(options.method)
  if (method === 'get') throw checks.fail('method', 'is get, which must not change anything', 'Use post, put or patch.')
  const tableSpec = specOfTable(table)
  const key = tableSpec.primaryKey
  if (key.length === 0) {
    throw checks.fail(
      'table',
      `${tableSpec.path} has no primary key to name the row by`,
      'Declare one, or use another kind.',
    )
  }
  const pattern = parsePathPattern(checks.title, options.path)
  const refused = new Map(computedNames(tableSpec))
  const fields = resolveFields(checks, options, {
    columns: tableSpec.columns,
    refused,
    all: Object.keys(tableSpec.columns),
    always: key,
    parameters: pattern.parameters,
    what: `column of ${tableSpec.path}`,
    partial: true,
  })
  return Object.freeze({
    ...replyOf(checks, options, tableSpec),
    ...fields,
    kind: 'update',
    method,
    pattern,
    table,
    tableSpec,
  })
}
