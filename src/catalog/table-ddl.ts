import { quoteIdentifier, quoteLiteral } from '../database/identifier.ts'
import { historyKeyName, rowidKeyName } from './constraint-names.ts'
import type { PhysicalColumn, PhysicalTable } from './physical-table.ts'
import { historySql, tableSql } from './table-names.ts'

const ident = quoteIdentifier

/** Statements that create a table and its history; references come later, when all tables exist. */
export function createTableSql(table: PhysicalTable): readonly string[] {
  const columns = [...table.columns].map(
    ([name, { type, notNull }]) => `${ident(name)} ${type}${notNull ? ' not null' : ''}`,
  )
  const keys = [...table.keys].map(([name, definition]) => `constraint ${ident(name)} ${definition}`)
  const lines = [
    ...columns,
    '"_rowid" bigint generated always as identity',
    '"_version" bigint not null',
    '"_cells" jsonb',
    ...keys,
    `constraint ${ident(rowidKeyName(table.path))} unique ("_rowid")`,
  ]
  const options = table.fillfactor === 100 ? '' : ` with (fillfactor = ${table.fillfactor})`
  return [
    `create table ${tableSql(table.path)} (${lines.join(', ')})${options}`,
    ...(table.history ? [createHistorySql(table)] : []),
    ...commentsSql(undefined, table),
  ]
}

/** Old rows may lack what later became required, so only what history itself relies on is NOT NULL. */
function createHistorySql(table: PhysicalTable): string {
  const lines = [
    ...[...table.columns].map(([name, { type }]) => `${ident(name)} ${type}`),
    '"_rowid" bigint not null',
    '"_version" bigint not null',
    '"_cells" jsonb',
    '"_ended" bigint not null',
    `constraint ${ident(historyKeyName(table.path))} primary key ("_rowid", "_version")`,
  ]
  return `create table ${historySql(table.path)} (${lines.join(', ')})`
}

export interface AlterOptions {
  readonly recreated: ReadonlySet<string>
  /** SQL of the value that rows already stored get in a new column. */
  readonly initial: ReadonlyMap<string, string>
}

/** Statements that bring a table to its new shape, in an order in which none gets in another's way. */
export function alterTableSql(from: PhysicalTable, to: PhysicalTable, options: AlterOptions): readonly string[] {
  const live = `alter table ${tableSql(to.path)}`
  const both = (action: string) =>
    from.history && to.history
      ? [`${live} ${action}`, `alter table ${historySql(to.path)} ${action}`]
      : [`${live} ${action}`]
  const kept = [...to.columns].filter(([name]) => from.columns.has(name) && !options.recreated.has(name))
  const dropped = [...from.columns.keys()].filter((name) => !to.columns.has(name) || options.recreated.has(name))
  const added = [...to.columns].filter(([name]) => !from.columns.has(name) || options.recreated.has(name))
  return [
    ...missing(from.references, to.references).map(([name]) => `${live} drop constraint ${ident(name)}`),
    ...missing(from.keys, unchanged(to.keys, options.recreated)).map(
      ([name]) => `${live} drop constraint ${ident(name)}`,
    ),
    ...(from.history && !to.history ? [`drop table ${historySql(to.path)}`] : []),
    ...dropped.flatMap((name) => both(`drop column ${ident(name)}`)),
    ...kept.flatMap(([name, column]) => retype(from.columns.get(name), name, column, both)),
    ...added.flatMap(([name, column]) => addColumnSql(name, column, options.initial.get(name), { live, both })),
    ...kept.flatMap(([name, column]) => renull(from.columns.get(name), name, column, live)),
    ...missing(to.keys, unchanged(from.keys, options.recreated)).map((key) => `${live} add ${constraint(key)}`),
    ...(to.history && !from.history ? [createHistorySql(to)] : []),
    ...(from.fillfactor === to.fillfactor ? [] : [`${live} set (fillfactor = ${to.fillfactor})`]),
    ...commentsSql(from, to),
  ]
}

/** Statements that add the references a table lacks, once the tables they point at have their keys. */
export function addReferencesSql(from: PhysicalTable | undefined, to: PhysicalTable): readonly string[] {
  const added = missing(to.references, from?.references ?? new Map())
  return added.map((reference) => `alter table ${tableSql(to.path)} add ${constraint(reference)}`)
}

interface Alter {
  readonly live: string
  both(action: string): readonly string[]
}

/** The default only fills the rows that are there: later ones get theirs from Cellar. */
function addColumnSql(
  name: string,
  column: PhysicalColumn,
  initial: string | undefined,
  alter: Alter,
): readonly string[] {
  const added = `add column ${ident(name)} ${column.type}`
  const [, history] = alter.both(added)
  const required = column.notNull ? ' not null' : ''
  if (initial === undefined) return [`${alter.live} ${added}${required}`, ...(history ? [history] : [])]
  return [
    `${alter.live} ${added}${required} default ${initial}`,
    `${alter.live} alter column ${ident(name)} drop default`,
    ...(history ? [history] : []),
  ]
}

function retype(
  from: PhysicalColumn | undefined,
  name: string,
  to: PhysicalColumn,
  both: Alter['both'],
): readonly string[] {
  if (!from || from.type === to.type) return []
  const bare = to.type.replace(/ collate .*$/, '')
  return both(`alter column ${ident(name)} type ${to.type} using ${ident(name)}::${bare}`)
}

function renull(from: PhysicalColumn | undefined, name: string, to: PhysicalColumn, live: string): readonly string[] {
  if (!from || from.notNull === to.notNull) return []
  return [`${live} alter column ${ident(name)} ${to.notNull ? 'set' : 'drop'} not null`]
}

type Constraints = ReadonlyMap<string, string>

/** Constraints of `all` that are not in `others`, or are other ones there. */
function missing(all: Constraints, others: Constraints): readonly (readonly [string, string])[] {
  return [...all].filter(([name, definition]) => others.get(name) !== definition)
}

/** Without the constraints that go away with a column that is dropped and added again. */
function unchanged(constraints: Constraints, recreated: ReadonlySet<string>): Constraints {
  const touched = (definition: string) => [...recreated].some((name) => definition.includes(ident(name)))
  return new Map([...constraints].filter(([, definition]) => !touched(definition)))
}

const constraint = ([name, definition]: readonly [string, string]) => `constraint ${ident(name)} ${definition}`

function commentsSql(from: PhysicalTable | undefined, to: PhysicalTable): readonly string[] {
  const literal = (comment: string | undefined) => (comment === undefined ? 'null' : quoteLiteral(comment))
  const columns = [...to.columns].filter(([name, { comment }]) => from?.columns.get(name)?.comment !== comment)
  return [
    ...(from?.comment === to.comment ? [] : [`comment on table ${tableSql(to.path)} is ${literal(to.comment)}`]),
    ...columns.map(
      ([name, { comment }]) => `comment on column ${tableSql(to.path)}.${ident(name)} is ${literal(comment)}`,
    ),
  ]
}
