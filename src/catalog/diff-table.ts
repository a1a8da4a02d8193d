import { columnsOf } from '../expr/walk.ts'
import type { HistorySpec, TableSpec } from '../schema/table-spec.ts'
import { type Change, pendingChanges } from './changes.ts'
import { type ColumnChange, diffPlainColumn } from './diff-columns.ts'
import { diffComputedColumn } from './diff-computed.ts'

/** A definition as the catalog has it. */
export interface AppliedSpec {
  readonly spec: TableSpec
  /** Hash of the source of each function by `name@version`, when it was applied. */
  readonly sources: Readonly<Record<string, string>>
}

/** What happens to the stored cells of a computed column. */
export type FillState = 'pending' | 'stale'

export interface TableDiff {
  readonly changes: readonly Change[]
  /** Columns of both definitions whose stored values cannot be kept: dropped and added again. */
  readonly recreated: ReadonlySet<string>
  /** Computed columns whose cells in existing rows have to be marked, dependents included. */
  readonly fills: ReadonlyMap<string, FillState>
}

/** What it takes to get from the applied definition to the declared one. */
export function diffTable(applied: AppliedSpec | undefined, declared: TableSpec): TableDiff {
  if (!applied) return { changes: [createTable(declared)], recreated: new Set(), fills: new Map() }
  const changes = [
    ...droppedColumns(applied.spec, declared),
    ...declared.order.flatMap((name) => columnChanges(applied, declared, name)),
    ...tableChanges(applied.spec, declared),
  ]
  const recreated = recreatedColumns(applied.spec, declared, changes)
  return { changes, recreated, fills: fillsOf(declared, changes, recreated) }
}

function createTable(spec: TableSpec): Change {
  const computed = Object.keys(spec.computed).length
  const plain = spec.order.length - computed
  const columns = `${plain} column${plain === 1 ? '' : 's'}${computed === 0 ? '' : ` and ${computed} computed`}`
  return change('create-table', spec.path, undefined, `create table ${spec.path} with ${columns}`)
}

function droppedColumns(from: TableSpec, to: TableSpec): readonly Change[] {
  const gone = from.order.filter((name) => !to.order.includes(name))
  return gone.map((name) => dropColumn(to.path, name, 'its stored values are lost'))
}

function dropColumn(table: string, name: string, why: string): Change {
  return { ...change('drop-column', table, name, `drop column ${name} of ${table}: ${why}`), destructive: true }
}

function columnChanges(applied: AppliedSpec, to: TableSpec, name: string): readonly Change[] {
  const from = applied.spec
  const [plain, computed] = [to.columns[name], to.computed[name]]
  if (!from.order.includes(name)) return [addColumn(to, name)]
  if (name in from.computed !== name in to.computed) {
    const why = computed ? 'it becomes computed, and its stored values are lost' : 'it is not computed any more'
    return [dropColumn(to.path, name, why), addColumn(to, name)]
  }
  const [fromPlain, fromComputed] = [from.columns[name], from.computed[name]]
  if (plain && fromPlain) return diffPlainColumn(fromPlain, plain).map((what) => columnChange(to.path, name, what))
  if (computed && fromComputed) {
    const changes = diffComputedColumn(fromComputed, computed, applied.sources)
    return changes.map((what) => columnChange(to.path, name, what))
  }
  return []
}

function addColumn(spec: TableSpec, name: string): Change {
  const computed = spec.computed[name]
  const type = (computed ?? spec.columns[name])?.type.kind
  if (!computed) return change('add-column', spec.path, name, `add column ${name} (${type}) to ${spec.path}`)
  return change('add-computed', spec.path, name, `add computed column ${name} (${type}) to ${spec.path}`)
}

function columnChange(table: string, name: string, { kind, what, ...flags }: ColumnChange): Change {
  return { ...change(kind, table, name, `column ${name} of ${table}: ${what}`), ...flags }
}

function tableChanges(from: TableSpec, to: TableSpec): readonly Change[] {
  const changes: Change[] = []
  if (from.primaryKey.join() !== to.primaryKey.join()) {
    const key = to.primaryKey.length > 0 ? `becomes (${to.primaryKey.join(', ')})` : 'is dropped'
    changes.push(change('change-primary-key', to.path, undefined, `the primary key of ${to.path} ${key}`))
  }
  if (historyText(from.history) !== historyText(to.history)) {
    const what = `the history of ${to.path} ${historyText(to.history)}`
    const lost = to.history === false
    changes.push({
      ...change('change-history', to.path, undefined, lost ? `${what}: what is stored of it is lost` : what),
      destructive: lost,
    })
  }
  if (from.comment !== to.comment) {
    changes.push(change('change-comment', to.path, undefined, `the comment of ${to.path} changes`))
  }
  return changes
}

function historyText(history: HistorySpec): string {
  if (typeof history === 'object') return `is kept for ${history.keep}`
  return history ? 'is kept for ever' : 'is not kept'
}

function recreatedColumns(from: TableSpec, to: TableSpec, changes: readonly Change[]): ReadonlySet<string> {
  const recreated = new Set<string>()
  for (const { kind, column = '', destructive } of changes) {
    const dropped = (kind === 'drop-column' && to.order.includes(column)) || (kind === 'change-type' && destructive)
    const retyped =
      kind === 'change-computed' && from.computed[column]?.type.postgres !== to.computed[column]?.type.postgres
    if (dropped || retyped) recreated.add(column)
  }
  return recreated
}

/** Walks in the order of declaration, in which a column only refers to earlier ones. */
function fillsOf(
  to: TableSpec,
  changes: readonly Change[],
  recreated: ReadonlySet<string>,
): ReadonlyMap<string, FillState> {
  const kinds = (name: string) => changes.filter((item) => item.column === name).map((item) => item.kind)
  const fills = new Map<string, FillState>()
  for (const [name, computed] of Object.entries(to.computed)) {
    const inputs = [...columnsOf(computed.node)]
    const own = kinds(name)
    const renewed = own.includes('add-computed') || own.includes('change-computed')
    if (renewed || inputs.some((input) => fills.get(input) === 'pending' || recreated.has(input))) {
      fills.set(name, 'pending')
    } else if (own.includes('change-function-version') || inputs.some((input) => fills.has(input))) {
      fills.set(name, 'stale')
    }
  }
  return fills
}

function change(kind: Change['kind'], table: string, column: string | undefined, description: string): Change {
  const subject = column === undefined ? { table } : { table, column }
  return { kind, ...subject, description, destructive: false, informational: false }
}

/** Changes that a row written under the declaration would feel; comments and the like may lag. */
export function behindChanges(diff: TableDiff): readonly Change[] {
  const harmless = new Set<Change['kind']>(['drop-column', 'change-comment', 'change-history'])
  return pendingChanges(diff.changes).filter(({ kind }) => !harmless.has(kind))
}
