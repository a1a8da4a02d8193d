import { columnRefNode } from '../../expr/column-ref-node.ts'
import { applyOperation } from '../../expr/operations/table.ts'
import { parameterNode } from '../../expr/parameter-node.ts'
import { allOf } from '../../query/conditions.ts'
import { toQueryDefinition } from '../../query/query-definition.ts'
import { selectFrom } from '../../query/query-spec.ts'
import { tableSource } from '../../query/sources.ts'
import type { AnyTable } from '../../schema/table.ts'
import type { TableSpec } from '../../schema/table-spec.ts'
import type { ColumnSpec } from '../../types/column-spec.ts'
import { parsePathPattern } from '../path-pattern.ts'
import type { RouteSpec } from '../route-spec.ts'
import { list, RouteChecks } from './checks.ts'
import { declareDelete } from './delete-route.ts'
import type { GivenFields } from './fields.ts'
import { declareInsert } from './insert-route.ts'
import { declareList } from './list-route.ts'
import { declareQuery } from './query-route.ts'
import { declareUpdate } from './update-route.ts'

const NAMES = ['list', 'get', 'insert', 'update', 'delete'] as const
const FIELDS = ['inputs', 'uploadInputs', 'set', 'defaults', 'constraints']
const OPTIONS = ['path', 'keyPath', 'only', ...FIELDS, 'outputs', 'filters', 'public']

export interface GivenTable extends GivenFields {
  readonly path?: unknown
  readonly keyPath?: unknown
  readonly only?: unknown
  readonly outputs?: unknown
  readonly filters?: unknown
  readonly public?: unknown
}

/** The routes of a table, which anyone can use who may use the router. @param guarded whether the router has `auth` */
export function declareTable(table: AnyTable, given: GivenTable, guarded: boolean): readonly RouteSpec[] {
  const checks = new RouteChecks('table', 'all', given.path)
  checks.known(given, OPTIONS)
  const spec = checks.table(table)
  const options = checks.named(given, spec.path)
  if (!guarded && !checks.flag('public', options.public)) {
    const fix = 'Give the router auth, or set public: true for routes that anyone may use.'
    throw checks.fail('public', 'is not set, and the router has no auth', fix)
  }
  const only = checkOnly(checks, options.only)
  const path = parsePathPattern(checks.title, options.path).path
  const { outputs, public: open } = options
  const common = { ...(outputs === undefined ? {} : { outputs }), ...(open === undefined ? {} : { public: open }) }
  const keyed = () => `${path === '/' ? '' : path}${keyPath(checks, options.keyPath, spec)}`
  const makers: Readonly<Record<(typeof NAMES)[number], () => RouteSpec>> = {
    list: () => declareList(table, { ...common, path, filters: options.filters }),
    get: () => declareGet(table, spec, { ...common, path: keyed() }),
    insert: () => declareInsert(table, { ...common, ...fieldsOf(options), path }),
    update: () => declareUpdate(table, { ...common, ...changesOf(options, spec), path: keyed(), method: 'patch' }),
    delete: () =>
      declareDelete(table, { ...(open === undefined ? {} : { public: open }), path: keyed(), method: 'delete' }),
  }
  return only.map((name) => makers[name]())
}

function checkOnly(checks: RouteChecks, value: unknown): readonly (typeof NAMES)[number][] {
  if (value === undefined) return NAMES
  const names = checks.names('only', value, NAMES, 'route of a table')
  if (names.length === 0) throw checks.fail('only', 'is empty', `Name some of ${list(NAMES)}.`)
  return NAMES.filter((name) => names.includes(name))
}

/** `/:id`, or the columns of a composite key in their order. */
function keyPath(checks: RouteChecks, value: unknown, { path, primaryKey }: TableSpec): string {
  if (primaryKey.length === 0) {
    const fix = "Declare one, or use only: ['list', 'insert']."
    throw checks.fail('table', `${path} has no primary key to name a row by`, fix)
  }
  if (value === undefined) return primaryKey.map((name) => `/:${name}`).join('')
  const { parameters } = parsePathPattern(checks.title, value)
  const missing = primaryKey.filter((name) => !parameters.includes(name))
  const other = parameters.filter((name) => !primaryKey.includes(name))
  if (missing.length === 0 && other.length === 0) return value as string
  throw checks.fail('keyPath', `is '${String(value)}'`, `Name all of the primary key: ${list(primaryKey)}.`)
}

function fieldsOf({ inputs, uploadInputs, set, defaults, constraints }: GivenTable): GivenFields {
  return given({ inputs, uploadInputs, set, defaults, constraints })
}

/** What the server sets when a row is made is not for callers to change. */
function changesOf(
  { inputs, uploadInputs, set, constraints }: GivenTable,
  { columns, primaryKey }: TableSpec,
): GivenFields {
  const kept = new Set([...primaryKey, ...Object.keys(set ?? {}), ...uploadsOf(uploadInputs)])
  const named = Array.isArray(inputs) ? inputs : Object.keys(columns)
  const free = Object.entries(constraints ?? {}).filter(
    ([name]) => !kept.has(name) || uploadsOf(uploadInputs).includes(name),
  )
  return given({
    inputs: named.filter((name) => !kept.has(name)),
    uploadInputs,
    constraints: constraints === undefined ? undefined : Object.fromEntries(free),
  })
}

const uploadsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function given(fields: GivenFields): GivenFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** The row of a primary key, as a query of its own. */
function declareGet(table: AnyTable, spec: TableSpec, options: { readonly path: string }): RouteSpec {
  const from = tableSource(table)
  const key = spec.primaryKey.map((name) => [name, keyParameter(spec.columns[name] as ColumnSpec)] as const)
  const where = allOf(
    key.map(([name, column]) =>
      applyOperation('eq', columnRefNode(name, column, null, from.source), parameterNode(name, column)),
    ),
  )
  const query = Object.freeze({ ...selectFrom(from), where })
  const definition = toQueryDefinition({ name: spec.path, parameters: Object.fromEntries(key), query, source: '' })
  return declareQuery(definition, { ...options, method: 'get', oneRow: true })
}

function keyParameter({ type, primaryKey, unique }: ColumnSpec): ColumnSpec {
  return Object.freeze({ type, nullable: false, primaryKey, unique })
}
