import type { AnyTable } from '../../schema/table.ts'
import { parsePathPattern } from '../path-pattern.ts'
import type { RowRouteSpec } from '../route-spec.ts'
import { RouteChecks } from './checks.ts'
import { resolveFields } from './fields.ts'
import { computedNames, type GivenRoute, replyOf, requireColumns } from './insert-route.ts'
import { KEYED_OPTIONS, primaryKey } from './update-route.ts'

/** A request gives all that an insert needs, so that what it may leave out does not depend on what is stored. */
export function declareUpsert(table: AnyTable, given: GivenRoute): RowRouteSpec {
  const checks = new RouteChecks('upsert', given.method, given.path)
  checks.known(given, KEYED_OPTIONS)
  const method = checks.word('method', given.method, ['post', 'put', 'patch']) ?? 'post'
  const tableSpec = checks.table(table)
  const options = checks.named(given, tableSpec.path)
  const pattern = parsePathPattern(checks.title, options.path)
  const fields = resolveFields(checks, options, {
    columns: tableSpec.columns,
    refused: computedNames(tableSpec),
    all: Object.keys(tableSpec.columns),
    always: primaryKey(checks, tableSpec),
    parameters: pattern.parameters,
    what: `column of ${tableSpec.path}`,
    partial: false,
  })
  const spec: RowRouteSpec = Object.freeze({
    ...replyOf(checks, options, tableSpec),
    ...fields,
    kind: 'upsert',
    method,
    pattern,
    table,
    tableSpec,
  })
  requireColumns(spec, Object.keys(tableSpec.columns), 'every new row needs')
  return spec
}
