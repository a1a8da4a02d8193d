import { namedStatement } from '../database/named-statement.ts'
import { columnsOf } from '../expr/walk.ts'
import { arrayLiteral } from '../schema/array-literal.ts'
import { createRowDecoder, type RawRow, type Row } from '../schema/row-codec.ts'
import { compileSql, type Fragment, hole, joinSql, NO_SQL, raw, sql } from '../util/sql.ts'
import type { CellStates } from './cells.ts'
import type { StoreContext } from './context.ts'
import type { Selection } from './selection.ts'
import type { WriteColumn, WritePlan } from './write-plan.ts'

const READ_ROWS = 1_000

/** A row as it was read, and what tells whether it is still the same. */
export interface StoredRow {
  readonly rowid: string
  /** The transaction that wrote it: changes with every change, those in place included. */
  readonly xmin: string
  readonly states: CellStates | null
  readonly row: Row
}

export interface ReadOptions {
  readonly columns: readonly WriteColumn[]
  readonly selection: Selection
  /** Only these rows. */
  readonly rowids?: readonly string[]
  /** Only rows with a greater `_rowid`. */
  readonly after?: string | undefined
  readonly signal?: AbortSignal
}

/** The stored rows of a selection in the order of `_rowid`, in batches. In an open transaction they are locked. */
export async function* readRows(
  context: StoreContext,
  plan: WritePlan,
  options: ReadOptions,
): AsyncGenerator<StoredRow[], void, undefined> {
  const filtered = options.selection.filters.flatMap((node) => [...columnsOf(node)])
  const columns = withColumns(plan, options.columns, filtered)
  const decoder = createRowDecoder(columns)
  let { after } = options
  for (;;) {
    const query = readQuery(context, plan, { ...options, columns }, after)
    const { id, schemaVersion } = plan.table
    const statement = namedStatement(compileSql(query), { raw: true, schemaVersion: `${id}.${schemaVersion}` })
    const { rows } = await (context.session ?? context.database).execute<RawRow>(statement)
    const stored = rows.map((line): StoredRow => {
      const [rowid, xmin, cells] = line
      const states = cells === null || cells === undefined ? null : (JSON.parse(cells) as CellStates)
      return { rowid: String(rowid), xmin: String(xmin), states, row: decoder.decode(line, 3) }
    })
    const kept = await filterRows(context, stored, options)
    if (kept.length > 0) yield kept
    if (rows.length < READ_ROWS) return
    after = stored.at(-1)?.rowid
  }
}

function readQuery(
  context: StoreContext,
  plan: WritePlan,
  { columns, selection, rowids }: ReadOptions,
  after: string | undefined,
): Fragment {
  const list = raw(['t._rowid', 't.xmin', 't._cells', ...columns.map((column) => `t.${column.sql}`)].join(', '))
  const conditions = [
    ...(selection.condition ? [selection.condition] : []),
    ...(rowids ? [sql`t._rowid = any(${hole(arrayLiteral(rowids))}::int8[])`] : []),
    ...(after === undefined ? [] : [sql`t._rowid > ${hole(after)}::int8`]),
  ]
  const where = conditions.length === 0 ? NO_SQL : sql` where ${joinSql(conditions, ' and ')}`
  const lock = raw(context.session ? ' for update' : '')
  return sql`select ${list} from ${raw(plan.table.sql.table)} t${where} order by t._rowid limit ${raw(String(READ_ROWS))}${lock}`
}

async function filterRows(context: StoreContext, stored: StoredRow[], options: ReadOptions): Promise<StoredRow[]> {
  const { selection, signal } = options
  if (selection.filters.length === 0 || stored.length === 0) return stored
  const rows = stored.map(({ row, states }) => ({ ...row, _cells: states }))
  const values = await context.engine.calls(selection.filters, rows, signal ? { signal } : {})
  return stored.filter((_, index) => values[index]?.every((value) => value === true))
}

/** The columns and those named, each once. */
export function withColumns(plan: WritePlan, columns: readonly WriteColumn[], names: Iterable<string>): WriteColumn[] {
  const all = new Set(columns)
  for (const name of names) {
    const column = plan.byName.get(name)
    if (column) all.add(column)
  }
  return [...all]
}
