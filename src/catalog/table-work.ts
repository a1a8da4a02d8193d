import type { Session } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import type { FillState, TableDiff } from './diff-table.ts'
import { initialValueSql } from './initial-value.ts'
import { type PhysicalTable, physicalTable } from './physical-table.ts'
import type { StoredTable } from './stored-table.ts'
import { addReferencesSql, alterTableSql, createTableSql } from './table-ddl.ts'
import { tableSql } from './table-names.ts'
import { definitionError } from './violation.ts'

/** One table of an apply. */
export interface TableWork {
  readonly spec: TableSpec
  readonly stored: StoredTable | undefined
  readonly diff: TableDiff
}

/** A table whose own statements ran; its references come when all tables have theirs. */
export interface ShapedTable extends TableWork {
  /** Columns whose stored rows still have to be marked; none where there are no rows. */
  readonly fills: ReadonlyMap<string, FillState>
  readonly references: readonly string[]
}

/** Creates or alters a table, holding it locked until the transaction ends. */
export async function shapeTable(tx: Session, work: TableWork): Promise<ShapedTable> {
  const { spec, stored, diff } = work
  if (!stored) {
    const to = physicalTable(spec)
    await runDefinition(tx, spec.path, createTableSql(to))
    return { ...work, fills: new Map(), references: addReferencesSql(undefined, to) }
  }
  const hasRows = await lockTable(tx, spec.path)
  const fills = hasRows ? diff.fills : new Map<string, FillState>()
  const from = physicalTable(stored.applied.spec, pendingColumns(stored.fills))
  const to = physicalTable(spec, pendingColumns(new Map([...stored.fills, ...fills])))
  const initial = initialValues(work, from)
  if (hasRows) assertFillable(work, from, to, initial)
  await runDefinition(tx, spec.path, alterTableSql(from, to, { recreated: diff.recreated, initial }))
  return { ...work, fills, references: addReferencesSql(keptReferences(from, diff), to) }
}

/** Runs definition statements, naming the table in what goes wrong. */
export async function runDefinition(tx: Session, table: string, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return
  try {
    await tx.execute({ text: statements.join(';\n') })
  } catch (error) {
    throw definitionError(error, table)
  }
}

async function lockTable(tx: Session, path: string): Promise<boolean> {
  await tx.execute({ text: `lock table ${tableSql(path)} in access exclusive mode` })
  const { rows } = await tx.execute<{ found: boolean }>({
    text: `select exists (select from ${tableSql(path)}) as found`,
  })
  return rows[0]?.found ?? false
}

function pendingColumns(fills: ReadonlyMap<string, FillState>): ReadonlySet<string> {
  return new Set([...fills].filter(([, state]) => state === 'pending').map(([name]) => name))
}

const isNew = ({ diff }: TableWork, from: PhysicalTable, name: string) =>
  !from.columns.has(name) || diff.recreated.has(name)

function initialValues(work: TableWork, from: PhysicalTable): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, column] of Object.entries(work.spec.columns)) {
    const sql = isNew(work, from, name) ? initialValueSql(column) : undefined
    if (sql !== undefined) values.set(name, sql)
  }
  return values
}

function assertFillable(
  work: TableWork,
  from: PhysicalTable,
  to: PhysicalTable,
  initial: ReadonlyMap<string, string>,
): void {
  for (const [name, { notNull }] of to.columns) {
    if (notNull && isNew(work, from, name) && !initial.has(name)) {
      throw new CellarError('COLUMN_NEEDS_DEFAULT', { table: work.spec.path, column: name })
    }
  }
}

/** References go away with a column that is dropped and added again. */
function keptReferences(from: PhysicalTable, { recreated }: TableDiff): PhysicalTable {
  if (recreated.size === 0) return from
  const names = [...recreated].map((name) => `(${JSON.stringify(name)})`)
  const kept = [...from.references].filter(([, sql]) => !names.some((name) => sql.startsWith(`foreign key ${name}`)))
  return { ...from, references: new Map(kept) }
}
