import type { AnyTable } from '../../schema/table.ts'
import { parsePathPattern } from '../path-pattern.ts'
import type { DeleteRouteSpec } from '../route-spec.ts'
import { RouteChecks } from './checks.ts'
import { resolveFields } from './fields.ts'
import { commonOf, outputsOf, SHARED_OPTIONS } from './insert-route.ts'

const OPTIONS = [...SHARED_OPTIONS, 'matchColumns', 'method']

export interface GivenDelete {
  readonly path?: unknown
  readonly matchColumns?: unknown
  readonly method?: unknown
  readonly background?: unknown
  readonly public?: unknown
  readonly summary?: unknown
  readonly description?: unknown
  readonly timeout?: unknown
  readonly rateLimit?: unknown
}

export function declareDelete(table: AnyTable, given: GivenDelete): DeleteRouteSpec {
  const checks = new RouteChecks('delete', given.method, given.path)
  checks.known(given, OPTIONS)
  const method = checks.method(given.method)
  if (method === 'get') throw checks.fail('method', 'is get, which must not change anything', 'Use post or delete.')
  const tableSpec = checks.table(table)
  const options = checks.named(given, tableSpec.path)
  const match = matchColumns(checks, options.matchColumns, tableSpec)
  const pattern = parsePathPattern(checks.title, options.path)
  const fields = resolveFields(
    checks,
    { inputs: match },
    {
      columns: { ...tableSpec.columns, ...comparable(tableSpec) },
      refused: new Map(),
      all: match,
      always: match,
      parameters: pattern.parameters,
      what: `column of ${tableSpec.path}`,
      partial: false,
    },
  )
  return Object.freeze({
    ...commonOf(checks, options),
    ...fields,
    outputs: [],
    kind: 'delete',
    method,
    pattern,
    table,
    tableSpec,
  })
}

function matchColumns(checks: RouteChecks, value: unknown, table: DeleteRouteSpec['tableSpec']): readonly string[] {
  if (value === undefined) {
    if (table.primaryKey.length > 0) return table.primaryKey
    throw checks.fail(
      'matchColumns',
      `is needed: ${table.path} has no primary key`,
      'Name the columns that tell rows apart.',
    )
  }
  const names = checks.names('matchColumns', value, table.order, `column of ${table.path}`)
  if (names.length === 0) throw checks.fail('matchColumns', 'is empty, which would delete every row', 'Name a column.')
  for (const field of outputsOf(table)) {
    if (!names.includes(field.name) || field.type.ordered) continue
    throw checks.fail('matchColumns', `names '${field.name}', which cannot be compared`, 'Name another column.')
  }
  return names
}

/** Computed columns can be matched by too; as inputs they look like columns without a default. */
function comparable(table: DeleteRouteSpec['tableSpec']): DeleteRouteSpec['tableSpec']['columns'] {
  const entries = Object.entries(table.computed).map(
    ([name, { type, nullable }]) => [name, { type, nullable, primaryKey: false, unique: false }] as const,
  )
  return Object.fromEntries(entries)
}
