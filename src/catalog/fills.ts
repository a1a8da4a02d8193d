import type { Database, Session } from '../database/database.ts'
import { quoteIdentifier } from '../database/identifier.ts'
import type { PendingFill } from './catalog.ts'
import type { FillState } from './diff-table.ts'
import { notifySchema } from './locking.ts'
import { isOutdated } from './outdated.ts'
import { tableSql } from './table-names.ts'
import type { ShapedTable } from './table-work.ts'

/**
 * Filling a computed column for rows that are older than its definition, in three steps that any process may take and
 * that may be repeated:
 *
 * 1. `apply` notes the column in `cellar.fills`, with the version that defined it and the last row it found.
 * 2. `markCells` walks those rows in batches and gives each a pending (or stale) cell, which is what makes the
 *    remaining work visible in `_cells` and `cellar.cell_errors`.
 * 3. Pending cells are computed elsewhere; `finishFilling` ends the fill when none is left.
 */
interface FillStart {
  readonly id: number
  readonly version: number
  readonly table: ShapedTable
}

const MARK_ATTEMPTS = 50

/** Notes the columns to fill, and forgets fills of columns that are gone or not computed any more. */
export async function startFills(tx: Session, { id, table, version }: FillStart): Promise<void> {
  if (table.stored) {
    await tx.execute({
      text: `delete from cellar.fills where table_id = $1 and "column" <> all ($2::text[])`,
      values: [id, Object.keys(table.spec.computed)],
    })
    await forgetCells(tx, id, table)
  }
  for (const [column, state] of table.fills) {
    await tx.execute({
      text: `insert into cellar.fills (table_id, "column", state, before, upto)
        select $1, $2, $3, $4, max(_rowid) from ${tableSql(table.spec.path)}
        on conflict (table_id, "column") do update set
          state = excluded.state, before = excluded.before, upto = excluded.upto, marked = 0`,
      values: [id, column, state, version],
    })
  }
}

/** Cells of dropped columns are nobody's errors any more. */
async function forgetCells(tx: Session, id: number, { spec, stored, diff }: ShapedTable): Promise<void> {
  const before = Object.keys(stored?.applied.spec.computed ?? {})
  const gone = before.filter((name) => !(name in spec.computed) || diff.recreated.has(name))
  if (gone.length === 0) return
  await tx.execute({
    text: `with e as (delete from cellar.cell_errors where table_id = $1 and "column" = any ($2::text[]) returning rowid)
      update ${tableSql(spec.path)} set _cells = nullif(_cells - $2::text[], '{}')
      where _rowid in (select rowid from e)`,
    values: [id, gone],
  })
}

/** Fills that have not ended, of all tables. */
export async function pendingFills(session: Session): Promise<readonly PendingFill[]> {
  const { rows } = await session.execute<PendingFill>({
    text: `select f.table_id as "tableId", t.path, f."column", f.state
      from cellar.fills f join cellar.tables t on t.id = f.table_id order by t.path, f."column"`,
  })
  return rows
}

export interface MarkResult {
  /** Rows that got a cell to work on. */
  readonly marked: number
  /** True when every row of the fill has been looked at. */
  readonly done: boolean
}

const AT = `to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/**
 * Marks the next rows of a fill. A pending cell loses its old value; a stale one keeps it. Rows that were written
 * since the definition changed have been computed by it and are left alone.
 */
export async function markCells(database: Database, fill: PendingFill, limit = 1_000): Promise<MarkResult> {
  // Rows are locked in another order by those who write them; who is the victim of a deadlock tries again.
  const mark = (tx: Session) => markInTransaction(tx, fill, limit)
  try {
    return await database.transaction(mark, { attempts: MARK_ATTEMPTS })
  } catch (error) {
    if (!isOutdated(error)) throw error
    // The column or its table was dropped, and the fill with it.
    return { marked: 0, done: true }
  }
}

async function markInTransaction(tx: Session, fill: PendingFill, limit: number): Promise<MarkResult> {
  const { rows } = await tx.execute<MarkResult>({ text: markSql(fill), values: [fill.tableId, fill.column, limit] })
  const [result] = rows
  // From now on updates need not look for rows that are not marked.
  if (result?.done) await notifySchema(tx, fill.path)
  return result ?? { marked: 0, done: true }
}

function markSql({ path, column, state }: PendingFill): string {
  const table = tableSql(path)
  const name = quoteIdentifier(column)
  return `with f as (select * from cellar.fills where table_id = $1 and "column" = $2
      and state = '${state}' for update),
    batch as (
      select t._rowid from ${table} t, f where t._rowid > f.marked and t._rowid <= f.upto
      order by t._rowid limit $3 for update of t),
    marked as (
      update ${table} t set ${state === 'pending' ? `${name} = null, ` : ''}
        _cells = coalesce(t._cells, '{}') || jsonb_build_object($2::text,
          jsonb_build_object('state', '${state}', 'attempts', 0, 'at', ${AT}))
      from batch b, f where t._rowid = b._rowid and ${isOld(state, name)}
      returning t._rowid),
    noted as (
      insert into cellar.cell_errors (table_id, rowid, "column") select $1, m._rowid, $2 from marked m
      on conflict do nothing)
    update cellar.fills u set marked = coalesce((select max(_rowid) from batch), u.upto)
    from f where u.table_id = f.table_id and u."column" = f."column"
    returning (select count(*) from marked) as marked, u.marked >= u.upto as done`
}

function isOld(state: FillState, name: string): string {
  const cell = `t._cells -> $2::text`
  if (state === 'stale') return `t._version < f.before and ${cell} is null`
  const unwritten = `t._version < f.before and coalesce(${cell} ->> 'state', '') <> 'pending'`
  return `((${unwritten}) or (t.${name} is null and ${cell} is null))`
}
