import type { Statement } from '../database/database.ts'
import { quoteLiteral } from '../database/identifier.ts'
import { type Fragment, joinSql, NO_SQL, raw, sql } from '../util/sql.ts'
import { type Bind, mark, template } from './sql-template.ts'
import { derive, type WriteColumn, type WritePlan } from './write-plan.ts'

/** What an insert statement is bound to, by position; the columns follow. */
const INSERT_VALUES = { version: 0, actor: 1, label: 2, cells: 3, columns: 4 } as const

const VERSION_COLUMNS = raw('cellar.versions (version, operation, table_id, actor, label)')
const NEXT = raw(`nextval('cellar.version_seq')`)

/** One row with a version of its own; answers `_version, _rowid`. */
export function insertOneStatement(plan: WritePlan, cells: boolean): Bind {
  return derive(plan, `insert one ${cells}`, () => {
    const values = plan.stored.map(({ type }, i) => mark(INSERT_VALUES.columns + i, type.cast))
    const actor = mark(INSERT_VALUES.actor, 'text')
    const label = mark(INSERT_VALUES.label, 'text')
    const lock = lockKeys(plan, (column) => {
      const position = plan.stored.indexOf(column)
      return { from: undefined, value: mark(INSERT_VALUES.columns + position, column.type.cast) }
    })
    const after = lock ? sql` from (select count(*) from k) c` : NO_SQL
    const version = sql`v as (insert into ${VERSION_COLUMNS} select ${NEXT}, 'insert', ${raw(String(plan.table.id))}::int,
      ${actor}, ${label}${after} where ${plan.fence} returning version)`
    const row = sql`insert into ${raw(plan.table.sql.table)} (_version, ${raw(cells ? '_cells, ' : '')}${names(plan)})
      select v.version, ${cells ? sql`${mark(INSERT_VALUES.cells, 'jsonb')}, ` : NO_SQL}${joinSql(values)} from v
      returning _version, _rowid, _cells`
    const first = lock ? sql`with ${lock}, ${version}` : sql`with ${version}`
    if (!cells) return template(plan, sql`${first} ${row}`)
    return template(plan, sql`${first}, n as (${row}), ${noteCells(plan)} select _version, _rowid from n`)
  })
}

/** Many rows, each with a version of its own, for requests that share a statement; answers `ordinal, version`. */
export function insertSharedStatement(plan: WritePlan): Bind {
  return derive(plan, 'insert shared', () => {
    const arrays = [mark(INSERT_VALUES.actor, 'text[]'), mark(INSERT_VALUES.label, 'text[]'), ...columnArrays(plan)]
    const rows = sql`unnest(${joinSql(arrays)}) with ordinality as u (actor, label, ${elements(plan)}, ordinal)`
    const lock = lockKeys(plan, (column) => {
      const position = plan.stored.indexOf(column)
      const array = mark(INSERT_VALUES.columns + position, column.type.bulk.parameter)
      return { from: sql`unnest(${array}) as u (e)`, value: raw(`u.e${column.type.bulk.element}`) }
    })
    const after = lock ? sql`(select count(*) from k) c, ` : NO_SQL
    const input = sql`i as materialized (select u.*, ${NEXT} as version from ${after}${rows}
      where ${plan.fence})`
    return template(
      plan,
      sql`with ${lock ? sql`${lock}, ` : NO_SQL}${input},
        v as (insert into ${VERSION_COLUMNS} select i.version, 'insert', ${raw(String(plan.table.id))}, i.actor, i.label from i),
        n as (insert into ${raw(plan.table.sql.table)} (_version, ${names(plan)})
          select i.version, ${elementValues(plan, 'i')} from i)
        select i.ordinal, i.version from i`,
    )
  })
}

export interface BatchShape {
  /** Some row has cells that failed or wait: their `_rowid` is answered. */
  readonly cells: boolean
  /** The version is drawn by this statement, which stands alone; otherwise it is given. */
  readonly ownVersion: boolean
}

/** Many rows under one version; answers `version, _rowid` for each row with cells, else once when the version is its own. */
export function insertBatchStatement(plan: WritePlan, { cells, ownVersion }: BatchShape): Bind {
  return derive(plan, `insert batch ${cells} ${ownVersion}`, () => {
    const arrays = [...(cells ? [mark(INSERT_VALUES.cells, 'text[]')] : []), ...columnArrays(plan)]
    const rows = sql`unnest(${joinSql(arrays)}) as u (${raw(cells ? 'cells, ' : '')}${elements(plan)})`
    const columns = sql`(_version, ${raw(cells ? '_cells, ' : '')}${names(plan)})`
    const values = sql`${raw(cells ? 'u.cells::jsonb, ' : '')}${elementValues(plan, 'u')}`
    const given = mark(INSERT_VALUES.version, 'int8')
    const version = ownVersion
      ? sql`v as (insert into ${VERSION_COLUMNS} select ${NEXT}, 'insert', ${raw(String(plan.table.id))}::int,
          ${mark(INSERT_VALUES.actor, 'text')}, ${mark(INSERT_VALUES.label, 'text')} where ${plan.fence} returning version)`
      : sql`v as (select ${given} as version where ${plan.fence})`
    const insert = sql`insert into ${raw(plan.table.sql.table)} ${columns} select v.version, ${values} from v, ${rows}`
    if (!cells) return template(plan, sql`with ${version}, n as (${insert}) select version, null from v`)
    return template(
      plan,
      sql`with ${version}, n as (${insert} returning _version, _rowid, _cells), ${noteCells(plan)}
        select _version, _rowid from n where _cells is not null`,
    )
  })
}

/**
 * Many rows under a given version, none with cells; they travel as what `copy` reads, which cannot carry a fence: the
 * table has to be held.
 */
export function copyStatement(plan: WritePlan): Statement {
  return derive(plan, 'copy', () => {
    const copy = sql`copy ${raw(plan.table.sql.table)} (_version, ${names(plan)}) from stdin`
    return template(plan, copy)([])
  })
}

/**
 * Many rows under a given version, leaving out those whose keys are taken; answers `ordinal, written, _rowid`. Rows get
 * their `_rowid` before they are inserted, which tells which of them were.
 */
export function insertSkippingStatement(plan: WritePlan): Bind {
  return derive(plan, 'insert skipping', () => {
    const table = plan.table.sql.table
    const arrays = [mark(INSERT_VALUES.cells, 'text[]'), ...columnArrays(plan)]
    const rows = sql`unnest(${joinSql(arrays)}) with ordinality as u (cells, ${elements(plan)}, ordinal)`
    const sequence = sql`(select pg_get_serial_sequence(${raw(quoteLiteral(table))}, '_rowid')::regclass as name) s`
    return template(
      plan,
      sql`with i as materialized (select u.*, nextval(s.name) as rowid from ${sequence}, ${rows} where ${plan.fence}),
        n as (insert into ${raw(table)} (_rowid, _version, _cells, ${names(plan)}) overriding system value
          select i.rowid, ${mark(INSERT_VALUES.version, 'int8')}, i.cells::jsonb, ${elementValues(plan, 'i')} from i
          order by i.ordinal on conflict do nothing returning _rowid, _cells),
        ${noteCells(plan)}
        select i.ordinal, n._rowid is not null, i.rowid from i left join n on n._rowid = i.rowid order by i.ordinal`,
    )
  })
}

/** `n` is what was inserted. */
function noteCells(plan: WritePlan): Fragment {
  return sql`e as (insert into cellar.cell_errors (table_id, rowid, "column")
    select ${raw(String(plan.table.id))}, n._rowid, c from n, jsonb_object_keys(n._cells) c)`
}

interface KeySource {
  readonly from: Fragment | undefined
  readonly value: Fragment
}

/**
 * Waits for whoever is deleting or moving a row of the same key, so that the version drawn next is greater than his:
 * at any version then at most one row has the key. Undefined where there is nothing to wait for.
 */
function lockKeys(plan: WritePlan, source: (column: WriteColumn) => KeySource): Fragment | undefined {
  const [column] = plan.key
  if (!plan.history || plan.key.length !== 1 || column?.spec === undefined) return undefined
  // Keys that are made here were never used before.
  if (column.spec.default?.kind === 'generator') return undefined
  const { from, value } = source(column)
  const table = raw(plan.table.sql.table)
  if (!from)
    return sql`k as materialized (select 1 from ${table} t where t.${raw(column.sql)} = ${value} for key share)`
  return sql`k as materialized (select 1 from ${from}
    cross join lateral (select 1 from ${table} t where t.${raw(column.sql)} = ${value} for key share) t)`
}

const names = (plan: WritePlan) => raw(plan.stored.map((column) => column.sql).join(', '))

function columnArrays(plan: WritePlan): Fragment[] {
  return plan.stored.map(({ type }, i) => mark(INSERT_VALUES.columns + i, type.bulk.parameter))
}

/** Names of the unnested columns: user columns may be called anything. */
const elements = (plan: WritePlan) => raw(plan.stored.map((_, i) => `e${i}`).join(', '))

function elementValues(plan: WritePlan, source: 'u' | 'i'): Fragment {
  return raw(plan.stored.map(({ type }, i) => `${source}.e${i}${type.bulk.element}`).join(', '))
}
