import { quoteIdentifier } from '../database/identifier.ts'
import { lookupColumns, momentColumn } from '../schema/lookups.ts'
import { parseReference } from '../schema/reference.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import { types } from '../types/kinds.ts'
import { primaryKeyName, referenceName, uniqueName } from './constraint-names.ts'
import { alwaysHasValue } from './fallible.ts'
import { tableSql } from './table-names.ts'

export interface PhysicalColumn {
  readonly type: string
  readonly notNull: boolean
  readonly comment: string | undefined
}

/** How a spec lies in the database: what DDL is derived from. */
export interface PhysicalTable {
  readonly path: string
  readonly columns: ReadonlyMap<string, PhysicalColumn>
  /** Name → definition. */
  readonly keys: ReadonlyMap<string, string>
  /** Name → definition; apart from keys, because they need the keys of other tables. */
  readonly references: ReadonlyMap<string, string>
  readonly history: boolean
  readonly fillfactor: 85 | 100
  readonly comment: string | undefined
}

const MOMENT: PhysicalColumn = { type: types.string.postgres, notNull: false, comment: undefined }

/** `filling` columns are not yet NOT NULL, whatever the spec says. */
export function physicalTable(spec: TableSpec, filling: ReadonlySet<string> = new Set()): PhysicalTable {
  return {
    path: spec.path,
    columns: new Map([
      ...spec.order.map((name) => [name, physicalColumn(spec, name, filling)] as const),
      ...lookupColumns(spec).map((name) => [momentColumn(name), MOMENT] as const),
    ]),
    keys: keysOf(spec),
    references: referencesOf(spec),
    history: spec.history !== false,
    // Finished deferred cells and updates of computed columns then find room on the row's own page.
    fillfactor: Object.keys(spec.computed).length > 0 ? 85 : 100,
    comment: spec.comment,
  }
}

function physicalColumn(spec: TableSpec, name: string, filling: ReadonlySet<string>): PhysicalColumn {
  const plain = spec.columns[name]
  if (plain) return { type: plain.type.postgres, notNull: !plain.nullable, comment: plain.comment }
  const type = spec.computed[name]?.type.postgres ?? 'text'
  return { type, notNull: alwaysHasValue(spec, name) && !filling.has(name), comment: undefined }
}

function keysOf(spec: TableSpec): Map<string, string> {
  const keys = new Map<string, string>()
  if (spec.primaryKey.length > 0) {
    keys.set(primaryKeyName(spec.path), `primary key (${spec.primaryKey.map(quoteIdentifier).join(', ')})`)
  }
  for (const [name, column] of Object.entries(spec.columns)) {
    if (column.unique) keys.set(uniqueName(spec.path, name), `unique (${quoteIdentifier(name)})`)
  }
  return keys
}

function referencesOf(spec: TableSpec): Map<string, string> {
  const references = new Map<string, string>()
  for (const [name, column] of Object.entries(spec.columns)) {
    if (column.references === undefined) continue
    const { table, column: target } = parseReference(column.references, `column ${name} of table ${spec.path}`)
    const definition = `foreign key (${quoteIdentifier(name)}) references ${tableSql(table)} (${quoteIdentifier(target)})`
    references.set(referenceName(spec.path, name), definition)
  }
  return references
}
