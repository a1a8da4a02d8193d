import type { Session } from '../database/database.ts'
import { findFunction } from '../func/registry.ts'
import { tablesLookedUp } from '../schema/lookups.ts'
import { tableSpecFromJson, tableSpecToJson } from '../schema/table-json.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import type { JsonObject } from '../util/json.ts'
import { functionSources } from './diff-computed.ts'
import type { AppliedSpec, FillState } from './diff-table.ts'

/** A table as the catalog's own tables have it. */
export interface StoredTable {
  readonly id: number
  readonly path: string
  readonly schemaVersion: number
  readonly fills: ReadonlyMap<string, FillState>
  /** Those of the fills whose rows are not all marked yet. */
  readonly marking: ReadonlyMap<string, FillState>
  readonly applied: AppliedSpec
  /** What is persisted of the definition. */
  readonly json: JsonObject
}

interface StoredRow {
  readonly id: number
  readonly path: string
  readonly schemaVersion: number
  readonly spec: JsonObject
  readonly fills: Readonly<Record<string, FillState>>
  readonly marking: Readonly<Record<string, FillState>>
}

const FILLS = `select coalesce(jsonb_object_agg(f."column", f.state), '{}') from cellar.fills f where f.table_id = t.id`

const SELECT = `select t.id, t.path, t.schema_version as "schemaVersion", t.spec, (${FILLS}) as fills,
  (${FILLS} and f.marked < f.upto and f.before > 0) as marking
  from cellar.tables t`

export async function loadTable(session: Session, path: string): Promise<StoredTable | undefined> {
  const { rows } = await session.execute<StoredRow>({
    name: 'cellar-catalog-table',
    text: `${SELECT} where t.path = $1`,
    values: [path],
  })
  return rows[0] && storedTable(rows[0])
}

/** All tables, by path. */
export async function loadTables(session: Session): Promise<ReadonlyMap<string, StoredTable>> {
  const { rows } = await session.execute<StoredRow>({ text: `${SELECT} order by t.path` })
  return new Map(rows.map((row) => [row.path, storedTable(row)]))
}

/** What `cellar.tables.spec` holds: the declaration, the sources of its functions, and the tables that these read. */
export function persistedSpec(spec: TableSpec): JsonObject {
  const lookups = tablesLookedUp(spec)
  return {
    ...tableSpecToJson(spec),
    sources: functionSources(Object.values(spec.computed)),
    ...(Object.keys(lookups).length === 0 ? {} : { lookups }),
  }
}

/** The stored definition with its calls linked to the functions that this process has now. */
export function linkedSpec(json: JsonObject): AppliedSpec {
  const { sources, lookups: _, ...spec } = json
  return {
    spec: tableSpecFromJson(spec, findFunction),
    sources: (sources ?? {}) as Readonly<Record<string, string>>,
  }
}

function storedTable(row: StoredRow): StoredTable {
  return {
    id: row.id,
    path: row.path,
    schemaVersion: row.schemaVersion,
    fills: new Map(Object.entries(row.fills)),
    marking: new Map(Object.entries(row.marking)),
    applied: linkedSpec(row.spec),
    json: row.spec,
  }
}
