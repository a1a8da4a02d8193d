import { quoteIdentifier, quoteLiteral } from '../database/identifier.ts'
import { momentColumn } from '../schema/lookups.ts'

/**
 * Over the table as `t`, whether a cell of a lookup is fine and a table that it reads was written to since: under a
 * newer version, or under one that had been drawn but was not committed. Transactions beyond the next one are those of
 * another installation that this one was restored from.
 */
export function lookedUpBefore(tableId: number, column: string): string {
  const moment = `t.${quoteIdentifier(momentColumn(column))}`
  const snapshot = `split_part(${moment}, ' ', 2)::pg_snapshot`
  const read = `(select coalesce(array_agg(r.id), '{}') from cellar.tables d
    cross join lateral jsonb_array_elements_text(d.spec -> 'lookups' -> ${quoteLiteral(column)}) as p (path)
    join cellar.tables r on r.path = p.path where d.id = ${tableId})::int[]`
  return `(${moment} is not null and (t._cells -> ${quoteLiteral(column)}) is null and (
    split_part(${moment}, ' ', 1)::int8 < (select max(v.version) from cellar.versions v where v.table_id = any (${read}))
    or exists (select from cellar.versions v where v.table_id = any (${read})
      and v.xid >= pg_snapshot_xmin(${snapshot}) and v.xid < pg_snapshot_xmax(pg_current_snapshot())
      and not pg_visible_in_snapshot(v.xid, ${snapshot}))))`
}
