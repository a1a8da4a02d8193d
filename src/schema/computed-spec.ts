import { CellarError } from '../errors/cellar-error.ts'
import { columnScope, type ScopeColumn } from '../expr/column-scope.ts'
import type { ExprNode } from '../expr/node.ts'
import { toNode } from '../expr/to-node.ts'
import { assertColumnName } from '../types/names.ts'
import { frozenRecord } from '../util/record.ts'
import { foreignReason, ownColumns } from './own-columns.ts'
import type { ComputeOptions } from './table.ts'
import type { ComputedSpec, TableSpec } from './table-spec.ts'

const MODES = ['eager', 'deferred']
const ON_ERROR = ['abort', 'store']

/** The declaration with one more computed column. The callback runs here, once. */
export function withComputed(
  spec: TableSpec,
  name: string,
  value: (c: never) => unknown,
  options: ComputeOptions = {},
): TableSpec {
  assertColumnName(name)
  const subject = `column ${name} of table ${spec.path}`
  const refuse = (reason: string) => new CellarError('INVALID_DECLARATION', { subject, reason })
  if (spec.order.includes(name)) throw refuse('a column of that name is already declared')
  if (typeof value !== 'function') throw refuse('its expression has to be a callback, as in (c) => c.title.lower()')
  const node = toNode(value(columnScope(scopeColumns(spec)) as never))
  const foreign = foreignReason(spec, node)
  if (foreign) throw refuse(foreign)
  const added = [name, computedSpec(ownColumns(node), options, refuse)] as const
  const computed = frozenRecord([...Object.entries(spec.computed), added])
  return Object.freeze({ ...spec, computed, order: Object.freeze([...spec.order, name]) })
}

const scopes = new WeakMap<TableSpec, Readonly<Record<string, ScopeColumn>>>()

/** Everything that a callback can name. */
export function scopeColumns(spec: TableSpec): Readonly<Record<string, ScopeColumn>> {
  const known = scopes.get(spec)
  if (known) return known
  const columns = spec.order.flatMap((name) => {
    const column = spec.columns[name] ?? spec.computed[name]
    if (!column) return []
    return [[name, { type: column.type, nullable: column.nullable, computed: name in spec.computed }] as const]
  })
  const found = frozenRecord(columns)
  scopes.set(spec, found)
  return found
}

function computedSpec(node: ExprNode, options: ComputeOptions, refuse: (reason: string) => CellarError): ComputedSpec {
  const { mode = 'eager', onError = 'abort', ...unknown } = options
  const extra = Object.keys(unknown)[0]
  if (extra !== undefined) throw refuse(`there is no option ${extra}`)
  if (!MODES.includes(mode)) throw refuse(`mode is ${JSON.stringify(mode)}; it is eager or deferred`)
  if (!ON_ERROR.includes(onError)) throw refuse(`onError is ${JSON.stringify(onError)}; it is abort or store`)
  const nullable = node.nullable || mode === 'deferred' || onError === 'store'
  return Object.freeze({ node, type: node.type, nullable, mode, onError })
}
