import { quoteLiteral } from '../database/identifier.ts'
import { type Fragment, joinSql, raw, sql } from '../util/sql.ts'
import { type Assignment, olderRows } from './older-rows.ts'
import type { Operation } from './versions.ts'
import type { WriteColumn, WritePlan } from './write-plan.ts'

/** Where an update or delete gets its number from. */
export type VersionSource =
  /** Drawn here, once all rows are locked; not at all unless exactly `expected` rows are (any number but none without it). */
  | {
      readonly kind: 'draw'
      readonly actor: Fragment
      readonly label: Fragment
      readonly expected?: Fragment
    }
  | { readonly kind: 'given'; readonly version: Fragment }
  /** The rows keep theirs: cells are filled in place and nothing goes into the history. */
  | { readonly kind: 'in-place' }

/** A change of cell states, or undefined where no computed cell is concerned. */
export interface CellsChange {
  /** The new `_cells`, over `o`. */
  readonly value: Fragment
  /** Over `e` (a row of `cell_errors`) and `u`: it is settled. */
  readonly settled: Fragment
  /** Rows `(rowid, column)` that failed or wait now; undefined when there are none. */
  readonly open?: Fragment
}

export interface UpdateParts {
  /** A query that locks the rows: `_rowid`, `_version`, `_cells`, what `lockedColumns` names, and more under names that start with `_`. */
  readonly locked: Fragment
  readonly version: VersionSource
  readonly set: readonly Assignment[]
  readonly cells: CellsChange | undefined
  /** Over `u` with the new values as `_n0`, `_n1` … and the version as `_v`. */
  readonly answer: Fragment
  /** Columns whose new values are answered. */
  readonly returned: readonly WriteColumn[]
}

/**
 * Changes rows and moves what they were into the history, in one statement. It locks the rows first (`o`), which waits
 * for whoever is changing them and sees what he wrote; then draws the number (`v`), so that numbers rise along each
 * row's history; then updates exactly the locked rows, which gives back the values that were locked.
 */
export function updateStatement(plan: WritePlan, parts: UpdateParts): Fragment {
  const { id } = plan.table
  const { version, cells } = parts
  const older = version.kind === 'in-place' ? undefined : olderRows(plan, parts.locked, parts.set)
  const sets = (older ?? parts).set.map(({ column, value }) => sql`${raw(column.sql)} = ${value}`)
  if (version.kind !== 'in-place') sets.push(raw('_version = v.version'))
  if (older) sets.push(sql`_cells = ${older.cells(cells?.value ?? raw('o._cells'))}`)
  else if (cells) sets.push(sql`_cells = ${cells.value}`)
  const ctes = [
    sql`o as materialized (${(older ?? parts).locked})`,
    sql`v as (${versionQuery(plan, 'update', version)})`,
    sql`u as (update ${raw(plan.table.sql.table)} as t set ${joinSql(sets)} from o, v
      where t._rowid = o._rowid and ${plan.fence} returning o.*, v.version as _v${freshList(parts.returned)})`,
  ]
  if (version.kind !== 'in-place' && plan.history) ctes.push(sql`h as (${historyInsert(plan)})`)
  if (older) ctes.push(sql`n as (${older.noted})`)
  if (cells) {
    const settled = older ? sql`${cells.settled} and not ${older.isMark}` : cells.settled
    ctes.push(sql`e as (delete from cellar.cell_errors e using u where u._cells is not null
      and e.table_id = ${raw(String(id))} and e.rowid = u._rowid and ${settled})`)
    if (cells.open) {
      ctes.push(sql`f as (insert into cellar.cell_errors (table_id, rowid, "column")
        select ${raw(String(id))}, b.rowid, b."column" from (${cells.open}) b on conflict do nothing)`)
    }
  }
  return sql`with ${joinSql(ctes)} ${parts.answer}`
}

export interface QuickUpdateParts extends Pick<UpdateParts, 'set' | 'answer' | 'returned'> {
  /** Locks one row at most: the same columns as in `UpdateParts`. */
  readonly locked: Fragment
  readonly actor: Fragment
  readonly label: Fragment
}

/**
 * The same for a single row whose `_cells` stay as they are, at two thirds of the cost: its number is drawn while the
 * new row is formed, when the old one is locked.
 */
export function quickUpdateStatement(plan: WritePlan, parts: QuickUpdateParts): Fragment {
  const sets = parts.set.map(({ column, value }) => sql`${raw(column.sql)} = ${value}`)
  const ctes = [
    sql`u as (update ${raw(plan.table.sql.table)} as t set ${joinSql(sets)}, _version = nextval('cellar.version_seq')
      from (${parts.locked}) o where t._rowid = o._rowid and ${plan.fence} returning o.*, t._version as _v${freshList(parts.returned)})`,
    sql`v as (${versionsInsert(plan, parts.actor, parts.label)})`,
  ]
  if (plan.history) ctes.push(sql`h as (${historyInsert(plan)})`)
  return sql`with ${joinSql(ctes)} ${parts.answer}`
}

export interface SharedUpdateParts extends Pick<UpdateParts, 'set' | 'answer' | 'returned'> {
  /**
   * What follows `from` in a query that locks rows: `t` with the same columns as in `UpdateParts`, and `i` with
   * `_actor`, `_label` and more under names that start with `_`, both of which `o` then has.
   */
  readonly locked: Fragment
}

/** The same for rows of several requests: each has an actor, a label and a number, which is drawn once it is locked. */
export function sharedUpdateStatement(plan: WritePlan, parts: SharedUpdateParts): Fragment {
  const sets = parts.set.map(({ column, value }) => sql`${raw(column.sql)} = ${value}`)
  const ctes = [
    sql`o as materialized (select t.*, i.*, nextval('cellar.version_seq') as _v from ${parts.locked})`,
    sql`u as (update ${raw(plan.table.sql.table)} as t set ${joinSql(sets)}, _version = o._v
      from o where t._rowid = o._rowid and ${plan.fence} returning o.*${freshList(parts.returned)})`,
    sql`v as (${versionsInsert(plan, raw('u._actor'), raw('u._label'))})`,
  ]
  if (plan.history) ctes.push(sql`h as (${historyInsert(plan)})`)
  return sql`with ${joinSql(ctes)} ${parts.answer}`
}

/** Deletes rows and moves them into the history. */
export function deleteStatement(plan: WritePlan, locked: Fragment, version: VersionSource): Fragment {
  const { id } = plan.table
  const ctes = [
    sql`o as materialized (${locked})`,
    sql`v as (${versionQuery(plan, 'delete', version)})`,
    sql`u as (delete from ${raw(plan.table.sql.table)} as t using o, v
      where t._rowid = o._rowid and ${plan.fence} returning o.*, v.version as _v)`,
  ]
  if (plan.history) ctes.push(sql`h as (${historyInsert(plan)})`)
  if (plan.computed.length > 0) {
    ctes.push(sql`e as (delete from cellar.cell_errors e using u where u._cells is not null
      and e.table_id = ${raw(String(id))} and e.rowid = u._rowid)`)
  }
  return sql`with ${joinSql(ctes)} select count(*), max(_v) from u`
}

/** What the locking query has to give beside `_rowid`, `_version` and `_cells`. */
export function lockedColumns(plan: WritePlan, read: Iterable<string> = []): readonly WriteColumn[] {
  if (plan.history) return plan.stored
  const names = new Set(read)
  return plan.columns.filter((column) => names.has(column.name))
}

export function lockedList(columns: readonly WriteColumn[]): Fragment {
  return raw(['t._rowid', 't._version', 't._cells', ...columns.map((column) => `t.${column.sql}`)].join(', '))
}

function versionQuery(plan: WritePlan, operation: Operation, source: VersionSource): Fragment {
  if (source.kind === 'given') return sql`select ${source.version} as version`
  // Counting reads `o` to its end, so every lock is held before anything else happens.
  if (source.kind === 'in-place') return sql`select 0 as version from (select count(*) from o) c`
  const wanted = source.expected ? sql`c.n = ${source.expected}` : raw('c.n > 0')
  return sql`insert into cellar.versions (version, operation, table_id, actor, label)
    select nextval('cellar.version_seq'), ${raw(quoteLiteral(operation))}, ${raw(String(plan.table.id))}::int,
      ${source.actor}, ${source.label} from (select count(*) as n from o) c where ${wanted} returning version`
}

/** One row of `cellar.versions` for each that was updated. */
function versionsInsert(plan: WritePlan, actor: Fragment, label: Fragment): Fragment {
  return sql`insert into cellar.versions (version, operation, table_id, actor, label)
    select u._v, 'update', ${raw(String(plan.table.id))}::int, ${actor}, ${label} from u`
}

function freshList(returned: readonly WriteColumn[]): Fragment {
  return raw(returned.map((column, i) => `, t.${column.sql} as _n${i}`).join(''))
}

function historyInsert(plan: WritePlan): Fragment {
  const names = [...plan.stored.map((column) => column.sql), '_rowid', '_version', '_cells']
  return sql`insert into ${raw(plan.table.sql.history)} (${raw(names.join(', '))}, _ended)
    select ${raw(names.map((name) => `u.${name}`).join(', '))}, u._v from u`
}
