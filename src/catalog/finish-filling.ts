import type { Database, Session } from '../database/database.ts'
import { sqlStateOf } from '../database/database-error.ts'
import { quoteIdentifier } from '../database/identifier.ts'
import type { PendingFill } from './catalog.ts'
import { filledName } from './constraint-names.ts'
import { alwaysHasValue } from './fallible.ts'
import { changeDefinitions, notifySchema } from './locking.ts'
import { loadTable } from './stored-table.ts'
import { tableSql } from './table-names.ts'

const CHECK_VIOLATION = '23514'
/** A constraint, or its table, that is not there. */
const GONE = new Set(['42704', '42P01'])

/**
 * Ends a fill when no cell of it waits any more; true when it has ended. A column that always has a value becomes NOT
 * NULL: by a check that holds for new rows at once and is validated without keeping writers out.
 */
export async function finishFilling(database: Database, fill: PendingFill): Promise<boolean> {
  const next = await changeDefinitions(database, (tx) => closeFill(tx, fill))
  if (next !== 'validate') return next === 'ended'
  const [table, name] = [tableSql(fill.path), quoteIdentifier(filledName(fill.path, fill.column))]
  try {
    await database.execute({ text: `alter table ${table} validate constraint ${name}` })
  } catch (error) {
    const state = sqlStateOf(error) ?? ''
    // Somebody else ended the fill meanwhile, or dropped the column or the table.
    if (GONE.has(state)) return false
    if (state !== CHECK_VIOLATION) throw error
    await changeDefinitions(database, (tx) => walkAgain(tx, fill))
    return false
  }
  return changeDefinitions(database, (tx) => requireValue(tx, fill))
}

/** Ends the fill, or puts the check in place that has to be validated first. */
async function closeFill(tx: Session, fill: PendingFill): Promise<'ended' | 'unfinished' | 'validate'> {
  const stored = await loadTable(tx, fill.path)
  if (stored?.id !== fill.tableId || !stored.fills.has(fill.column)) return 'ended'
  if (await isUnfinished(tx, fill)) return 'unfinished'
  if (!alwaysHasValue(stored.applied.spec, fill.column) || stored.fills.get(fill.column) === 'stale') {
    await endFill(tx, fill)
    return 'ended'
  }
  const check = quoteIdentifier(filledName(fill.path, fill.column))
  const column = quoteIdentifier(fill.column)
  await tx.execute({
    text: `alter table ${tableSql(fill.path)} drop constraint if exists ${check},
      add constraint ${check} check (${column} is not null) not valid`,
  })
  return 'validate'
}

async function isUnfinished(tx: Session, fill: PendingFill): Promise<boolean> {
  const { rows } = await tx.execute<{ waiting: boolean }>({
    text: `select f.marked < f.upto or (f.state = 'pending' and exists (
        select from cellar.cell_errors e join ${tableSql(fill.path)} t on t._rowid = e.rowid
        where e.table_id = $1 and e."column" = $2 and t._cells -> $2::text ->> 'state' = 'pending')) as waiting
      from cellar.fills f where f.table_id = $1 and f."column" = $2`,
    values: [fill.tableId, fill.column],
  })
  return rows[0]?.waiting ?? false
}

async function requireValue(tx: Session, fill: PendingFill): Promise<boolean> {
  const stored = await loadTable(tx, fill.path)
  if (stored?.id !== fill.tableId || !stored.fills.has(fill.column)) return true
  const alter = `alter table ${tableSql(fill.path)}`
  await tx.execute({ text: `${alter} alter column ${quoteIdentifier(fill.column)} set not null` })
  await dropCheck(tx, fill)
  await endFill(tx, fill)
  return true
}

/** Rows without a value turned up that nobody marked: the walk starts over, and leaves the rows alone that have one. */
async function walkAgain(tx: Session, fill: PendingFill): Promise<void> {
  const stored = await loadTable(tx, fill.path)
  if (stored?.id !== fill.tableId || !stored.fills.has(fill.column)) return
  await dropCheck(tx, fill)
  await tx.execute({
    text: `update cellar.fills set before = 0, marked = 0, upto = (select coalesce(max(_rowid), 0) from ${tableSql(fill.path)})
      where table_id = $1 and "column" = $2`,
    values: [fill.tableId, fill.column],
  })
}

async function dropCheck(tx: Session, fill: PendingFill): Promise<void> {
  const check = quoteIdentifier(filledName(fill.path, fill.column))
  await tx.execute({ text: `alter table ${tableSql(fill.path)} drop constraint if exists ${check}` })
}

async function endFill(tx: Session, fill: PendingFill): Promise<void> {
  await tx.execute({
    text: 'delete from cellar.fills where table_id = $1 and "column" = $2',
    values: [fill.tableId, fill.column],
  })
  await notifySchema(tx, fill.path)
}
