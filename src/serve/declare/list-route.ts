import type { AnyTable } from '../../schema/table.ts'
import { specOfTable } from '../../schema/table-value.ts'
import { types } from '../../types/kinds.ts'
import { parsePathPattern } from '../path-pattern.ts'
import type { InputField, ListRouteSpec, OutputField } from '../route-spec.ts'
import { list, RouteChecks } from './checks.ts'
import { commonOf, type GivenRoute, outputsOf } from './insert-route.ts'
import { filterField, filtersOf, isFilterable } from './list-filters.ts'
import { resolveOutputs } from './outputs.ts'
import { pageFields, pageWords } from './page-fields.ts'

export interface GivenList extends Pick<GivenRoute, 'path' | 'outputs' | 'public'> {
  readonly filters?: unknown
}

/** GET: the rows of a table, filtered and sorted as the query string says, in pages. */
export function declareList(table: AnyTable, options: GivenList): ListRouteSpec {
  const checks = new RouteChecks('list', 'get', options.path)
  const tableSpec = specOfTable(table)
  const pattern = parsePathPattern(checks.title, options.path)
  if (pattern.parameters.length > 0)
    throw checks.fail('path', `has :${pattern.parameters[0]}, which is no input of a list`, 'Leave it out.')
  const all = outputsOf(tableSpec)
  const outputs = resolveOutputs(checks, options.outputs, all, `column of ${tableSpec.path}`)
  const columns = filterColumns(checks, options.filters, all)
  const filters = columns.flatMap(filtersOf)
  const pages = pageWords({})
  const inputs = [...filters.map(filterField), sortField(columns), ...pageFields(pages)]
  assertWords(checks, inputs)
  return Object.freeze({
    ...commonOf(checks, options),
    kind: 'list',
    method: 'get',
    pattern,
    table,
    tableSpec,
    set: {},
    outputs,
    filters: Object.freeze(filters),
    sorts: Object.freeze(columns.map(({ name }) => name)),
    pages,
    inputs: Object.freeze(inputs),
  })
}

function filterColumns(checks: RouteChecks, value: unknown, all: readonly OutputField[]): readonly OutputField[] {
  const able = all.filter(isFilterable)
  if (value === undefined) return able.filter(({ name }) => !RESERVED.has(name))
  const names = checks.names(
    'filters',
    value,
    all.map(({ name }) => name),
    'column',
  )
  const odd = names.find((name) => !able.some((column) => column.name === name))
  if (odd !== undefined) {
    const fix = `There are ${list(able.map(({ name }) => name))}.`
    throw checks.fail('filters', `names '${odd}', whose values have no order`, fix)
  }
  return able.filter(({ name }) => names.includes(name))
}

/** Words of the query string that are no columns. */
const RESERVED: ReadonlySet<string> = new Set(['sort', 'limit', 'after'])

function assertWords(checks: RouteChecks, inputs: readonly InputField[]): void {
  const names = inputs.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined)
    throw checks.fail('filters', `names '${twice}', which has a meaning of its own in a list`, 'Leave it out.')
}

function sortField(columns: readonly OutputField[]): InputField {
  const comment = `Columns to sort by, joined by commas, with - before those that go down: ${list(columns.map(({ name }) => name))}.`
  return Object.freeze({
    name: 'sort',
    column: { type: types.string, nullable: false, primaryKey: false, unique: false, comment },
    source: 'body',
    required: false,
    nullable: false,
    hasDefault: false,
  })
}
