import type { CatalogTable } from '../catalog/catalog.ts'
import { quoteLiteral } from '../database/identifier.ts'
import { lookupColumns } from '../schema/lookups.ts'
import type { StoreContext } from '../store/context.ts'
import { lookedUpBefore } from '../store/stale-cells.ts'
import type { CellErrorDescription } from './inspector.ts'

/**
 * `cellar.cell_errors` names every cell that failed or waits, and perhaps some that do not any more: an update that had
 * to wait for the one that let a cell fail does not see its entry. The row itself tells. What lookups make stale is in
 * neither.
 */
export async function countCells(
  { database }: StoreContext,
  table: CatalogTable,
): Promise<{ readonly failed: number; readonly pending: number }> {
  const lookups = lookupColumns(table.spec).map(
    (name) => `+ (select count(*) from ${table.sql.table} t where ${lookedUpBefore(table.id, name)})`,
  )
  const { rows } = await database.execute<{ failed: number; pending: number }>({
    text: `select count(*) filter (where t._cells -> e."column" ->> 'state' = 'failed') as failed,
        count(*) filter (where t._cells -> e."column" ->> 'state' in ('pending', 'stale')) ${lookups.join(' ')} as pending
      from cellar.cell_errors e join ${table.sql.table} t on t._rowid = e.rowid where e.table_id = $1`,
    values: [table.id],
  })
  return rows[0] ?? { failed: 0, pending: 0 }
}

export async function cellErrorsOf(
  { database }: StoreContext,
  table: CatalogTable,
  limit: number,
): Promise<CellErrorDescription[]> {
  const key = table.spec.primaryKey
  const pairs = key.flatMap((name, index) => [`$${index + 3}::text`, `t."${name}"`])
  const row = `t._rowid, jsonb_build_object(${pairs.join(', ')}) as key`
  const lookups = lookupColumns(table.spec).map(
    (name) => `union all select ${row}, ${quoteLiteral(name)}, '{"state": "stale"}'::jsonb
      from ${table.sql.table} t where ${lookedUpBefore(table.id, name)}`,
  )
  const { rows } = await database.execute<CellErrorDescription>({
    text: `select c._rowid::text as rowid, c."column" as "column", c.key, c.cell ->> 'state' as state,
        c.cell ->> 'code' as code, c.cell ->> 'message' as message, coalesce((c.cell ->> 'attempts')::int, 0) as attempts
      from (
        select ${row}, e."column", t._cells -> e."column" as cell
        from cellar.cell_errors e join ${table.sql.table} t on t._rowid = e.rowid where e.table_id = $1
        ${lookups.join(' ')}) c
      where c.cell is not null order by c._rowid, c."column" limit $2`,
    values: [table.id, limit, ...key],
  })
  return rows.map((found) => ({ ...found, table: table.spec.path }))
}
