import type { CatalogTable } from '../catalog/catalog.ts'
import type { StoreContext } from '../store/context.ts'
import type { CellErrorDescription } from './inspector.ts'

/**
 * `cellar.cell_errors` names every cell that failed or waits, and perhaps some that do not any more: an update that had
 * to wait for the one that let a cell fail does not see its entry. The row itself tells.
 */
export async function countCells(
  { database }: StoreContext,
  table: CatalogTable,
): Promise<{ readonly failed: number; readonly pending: number }> {
  const { rows } = await database.execute<{ failed: number; pending: number }>({
    text: `select count(*) filter (where t._cells -> e."column" ->> 'state' = 'failed') as failed,
        count(*) filter (where t._cells -> e."column" ->> 'state' in ('pending', 'stale')) as pending
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
  const { rows } = await database.execute<CellErrorDescription>({
    text: `select e.rowid::text as rowid, e."column" as "column", jsonb_build_object(${pairs.join(', ')}) as key,
        c.cell ->> 'state' as state, c.cell ->> 'code' as code, c.cell ->> 'message' as message,
        coalesce((c.cell ->> 'attempts')::int, 0) as attempts
      from cellar.cell_errors e join ${table.sql.table} t on t._rowid = e.rowid, lateral (select t._cells -> e."column" as cell) c
      where e.table_id = $1 and c.cell is not null order by e.rowid, e."column" limit $2`,
    values: [table.id, limit, ...key],
  })
  return rows.map((row) => ({ ...row, table: table.spec.path }))
}
