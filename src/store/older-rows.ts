import { quoteLiteral } from '../database/identifier.ts'
import { columnsOf } from '../expr/walk.ts'
import { type Fragment, joinSql, raw, sql } from '../util/sql.ts'
import type { WriteColumn, WritePlan } from './write-plan.ts'

/**
 * After a definition changed, rows that are older are marked in batches (`catalog/fills.ts`): those whose version is
 * smaller than that of the definition. An update gives a row a greater one, so it has to mark the row itself where that
 * has not happened yet: the cells that it does not compute, and those that it computes from such.
 */
export interface OlderRows {
  /** The locking query, with `_m0`, `_m1` … for each column: the row is older and not marked. */
  readonly locked: Fragment
  /** What is assigned, with what cells lose that are pending now. */
  readonly set: readonly Assignment[]
  /** The new `_cells`, given what they would be without marks. */
  cells(value: Fragment): Fragment
  /** Over `e` (a row of `cell_errors`) and `u`: it is an entry of a mark. */
  readonly isMark: Fragment
  /** Enters the marks into `cell_errors`. */
  readonly noted: Fragment
}

export interface Assignment {
  readonly column: WriteColumn
  readonly value: Fragment
}

/** Undefined where all rows are marked: the usual case. The table has to be held (`holdTable`) otherwise. */
export function olderRows(plan: WritePlan, locked: Fragment, set: readonly Assignment[]): OlderRows | undefined {
  const marks = marksOf(plan, new Set(set.map(({ column }) => column.name)))
  if (marks.length === 0) return undefined
  const olds = marks.map(
    ({ column, state }, i) => sql`exists (select from cellar.fills f where f.table_id = ${raw(String(plan.table.id))}
      and f."column" = ${raw(quoteLiteral(column.name))} and f.state = ${raw(quoteLiteral(state))} and f.before > x._version
      and x._rowid > f.marked and x._rowid <= f.upto) as ${raw(`_m${i}`)}`,
  )
  const states = (wanted: string) =>
    marks.flatMap(({ column, state }, i) =>
      state === wanted ? [sql`case when o.${raw(`_m${i}`)} then ${stateOf(column, state)} else '{}'::jsonb end`] : [],
    )
  const join = (parts: readonly Fragment[]) => joinSql(parts, ' || ')
  const named = marks.map(
    ({ column }, i) => sql`(u.${raw(`_m${i}`)} and e."column" = ${raw(quoteLiteral(column.name))})`,
  )
  const entries = marks.map(({ column }, i) => sql`(${raw(quoteLiteral(column.name))}, u.${raw(`_m${i}`)})`)
  return {
    locked: sql`select x.*, ${joinSql(olds)} from (${locked}) x`,
    set: clearPending(marks, set),
    // A pending cell is pending whatever else is known of it; a stale one may have failed, too.
    cells: (value) =>
      sql`nullif(${join([...states('stale'), sql`coalesce(${value}, '{}'::jsonb)`, ...states('pending')])}, '{}'::jsonb)`,
    isMark: sql`(${joinSql(named, ' or ')})`,
    noted: sql`insert into cellar.cell_errors (table_id, rowid, "column")
      select ${raw(String(plan.table.id))}, u._rowid, m.name from u cross join lateral (values ${joinSql(entries)}) m (name, old)
      where m.old on conflict do nothing`,
  }
}

interface Mark {
  readonly column: WriteColumn
  readonly state: 'pending' | 'stale'
}

/** In the order of declaration, in which a column only reads earlier ones. */
function marksOf(plan: WritePlan, computed: ReadonlySet<string>): Mark[] {
  const marked = new Set<string>()
  return plan.computed.flatMap((name) => {
    const state = plan.table.marking.get(name)
    const node = plan.spec.computed[name]?.node
    const column = plan.byName.get(name)
    if (state === undefined || node === undefined || column === undefined) return []
    if (computed.has(name) && ![...columnsOf(node)].some((read) => marked.has(read))) return []
    marked.add(name)
    return [{ column, state }]
  })
}

function stateOf({ name }: WriteColumn, state: Mark['state']): Fragment {
  const at = raw(`to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)
  return sql`jsonb_build_object(${raw(quoteLiteral(name))}, jsonb_build_object('state', ${raw(quoteLiteral(state))}, 'attempts', 0, 'at', ${at}))`
}

/** A pending cell loses its value. */
function clearPending(marks: readonly Mark[], set: readonly Assignment[]): readonly Assignment[] {
  const places = new Map(marks.flatMap(({ column, state }, i) => (state === 'pending' ? [[column, i] as const] : [])))
  const cleared = (column: WriteColumn, value: Fragment) => {
    const place = places.get(column)
    return {
      column,
      value: place === undefined ? value : sql`case when o.${raw(`_m${place}`)} then null else ${value} end`,
    }
  }
  const given = new Set(set.map(({ column }) => column))
  const others = [...places.keys()].filter((column) => !given.has(column))
  return [
    ...set.map(({ column, value }) => cleared(column, value)),
    ...others.map((column) => cleared(column, raw(`t.${column.sql}`))),
  ]
}
