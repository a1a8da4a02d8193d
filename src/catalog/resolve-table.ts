import { CellarError } from '../errors/cellar-error.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import { canonicalJson } from '../util/canonical-json.ts'
import { frozenRecord } from '../util/record.ts'
import { describeChanges } from './changes.ts'
import { behindChanges, diffTable } from './diff-table.ts'
import type { StoredTable } from './stored-table.ts'

/**
 * The spec to work with for a declaration. Columns that only the database has stay part of it, so that rows are always
 * written whole.
 *
 * @param matched whether this process has worked with the declaration before: then the database has moved on, and what
 * is left of the declared columns goes on working
 */
export function resolveSpec(stored: StoredTable, declared: TableSpec, matched: boolean): TableSpec {
  const behind = behindChanges(diffTable(stored.applied, declared))
  if (behind.length === 0) return linkedTo(stored.applied.spec, declared)
  if (!matched) throw new CellarError('SCHEMA_BEHIND', { changes: describeChanges(behind) })
  assertColumns(stored.applied.spec, declared, declared.order)
  return stored.applied.spec
}

/** @throws SCHEMA_CHANGED when one of the columns is gone or has become something else */
export function assertColumns(applied: TableSpec, declared: TableSpec, names: Iterable<string>): void {
  for (const name of names) {
    const reason = changeOf(applied, declared, name)
    if (reason) throw new CellarError('SCHEMA_CHANGED', { table: applied.path, reason: `column ${name} ${reason}` })
  }
}

function changeOf(applied: TableSpec, declared: TableSpec, name: string): string | undefined {
  const from = declared.columns[name] ?? declared.computed[name]
  const to = applied.columns[name] ?? applied.computed[name]
  if (!from) return undefined
  if (!to) return 'was dropped'
  if (name in declared.computed !== name in applied.computed) {
    return name in applied.computed ? 'is computed now' : 'is not computed any more'
  }
  return canonicalJson(from.type.toJson()) === canonicalJson(to.type.toJson()) ? undefined : `is ${to.type.kind} now`
}

/** The applied spec with the functions and defaults of the declaration, which this process has at hand. */
function linkedTo(applied: TableSpec, declared: TableSpec): TableSpec {
  const extra = applied.order.filter((name) => !declared.order.includes(name))
  return Object.freeze({
    ...declared,
    history: applied.history,
    columns: frozenRecord(Object.entries({ ...applied.columns, ...declared.columns })),
    computed: frozenRecord(Object.entries({ ...applied.computed, ...declared.computed })),
    order: Object.freeze([...declared.order, ...extra]),
  })
}
