import type { AnyTable } from '../../schema/table.ts'
import type { TableSpec } from '../../schema/table-spec.ts'
import { parsePathPattern } from '../path-pattern.ts'
import type { RowRouteSpec } from '../route-spec.ts'
import { RouteChecks } from './checks.ts'
import { resolveFields } from './fields.ts'
import { computedNames, type GivenRoute, ROW_OPTIONS, replyOf } from './insert-route.ts'

/** What a request leaves out stays as it is: a default has no place here. */
export const KEYED_OPTIONS = [...ROW_OPTIONS.filter((name) => name !== 'defaults'), 'method']

export function declareUpdate(table: AnyTable, given: GivenRoute): RowRouteSpec {
  const checks = new RouteChecks('update', given.method, given.path)
  checks.known(given, KEYED_OPTIONS)
  const method = checks.method(given.method)
  if (method === 'get') throw checks.fail('method', 'is get, which must not change anything', 'Use post, put or patch.')
  const tableSpec = checks.table(table)
  const options = checks.named(given, tableSpec.path)
  const key = primaryKey(checks, tableSpec)
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
  if (fields.inputs.length === key.length && Object.keys(fields.set).length === 0) {
    throw checks.fail('inputs', 'name nothing that could change', 'Name a column beside the primary key.')
  }
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

/** The columns that name a row. */
export function primaryKey(checks: RouteChecks, table: TableSpec): readonly string[] {
  if (table.primaryKey.length > 0) return table.primaryKey
  const reason = `${table.path} has no primary key to name the row by`
  throw checks.fail('table', reason, 'Declare one, or use another kind.')
}
