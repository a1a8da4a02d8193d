import { namedStatement } from '../database/named-statement.ts'
import type { ExprNode } from '../expr/node.ts'
import { columnsOf } from '../expr/walk.ts'
import { arrayLiteral, type Encoded } from '../schema/array-literal.ts'
import type { RawRow, Row } from '../schema/row-codec.ts'
import { castSql, compileSql, type Fragment, hole, NO_SQL, raw, sql } from '../util/sql.ts'
import { placedCellError } from './cell-error.ts'
import { cellStates, cellsText } from './cells.ts'
import { withConflictRetry } from './conflict-retry.ts'
import { refusalError } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import type { PreparedUpdate } from './prepared-update.ts'
import { runCells } from './run-cells.ts'
import { compileOver } from './selection.ts'
import { mediaOf } from './staged-batch.ts'
import { type CellsChange, lockedColumns, lockedList, updateStatement } from './update-statement.ts'
import type { UpdateOptions } from './write-options.ts'
import type { WriteColumn } from './write-plan.ts'
import type { WriteResult } from './write-result.ts'
import { isLoneUpdate, runWrite } from './write-transaction.ts'

/** An update that needs no row to be read: dependent cells are computed once, from the given values. */
export async function updateInPlace(
  context: StoreContext,
  update: PreparedUpdate,
  options: UpdateOptions,
): Promise<WriteResult> {
  const { plan, change, changes } = update
  const row: Row = { ...changes.values }
  const { onError, signal } = options
  const run = await runCells(context, plan, change.cells, [row], {
    ...(onError ? { onError } : {}),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw placedCellError(error, () => undefined)
  })
  const states = cellStates(1, run.errors, change.pending)?.[0] ?? null
  const media = [...update.media, ...mediaOf(run.media)]
  const open = { open: cellsText(states), openColumns: Object.keys(states ?? {}) }
  // Otherwise it is enough to know how many rows there were.
  const listed = options.returnRows === true || change.pending.length > 0 || run.errors.length > 0
  const query = inPlaceQuery(update, row, open, { ...options, listed })
  const statement = namedStatement(compileSql(query), {
    raw: true,
    schemaVersion: `${plan.table.id}.${plan.table.schemaVersion}`,
  })
  const work = () =>
    isLoneUpdate(plan, media, change.pending)
      ? (context.session ?? context.database).execute<RawRow>(statement)
      : runWrite(context, plan, async (write) => {
          await write.nameMedia(media)
          const result = await write.session.execute<RawRow>(statement)
          if (change.pending.length > 0) await write.enqueue(result.rows.map(([rowid]) => String(rowid)))
          return result
        })
  const { rows } = await withConflictRetry(context, work).catch((error: unknown) => {
    throw refusalError(plan, error, { index: undefined, value: (column) => encodedValue(row, column) })
  })
  if (!listed) {
    return { count: Number(rows[0]?.[0] ?? 0), version: Number(rows[0]?.[1] ?? 0), rows: [], errors: [] }
  }
  const errors = rows.flatMap((_, index) =>
    run.errors.map(({ column, code, message, retryable }) => ({ index, column, code, message, retryable })),
  )
  return {
    count: rows.length,
    version: Number(rows[0]?.[1] ?? 0),
    rows: options.returnRows ? rows.map((line) => plan.decoder.decode(line, 2)) : [],
    errors,
  }
}

function encodedValue(row: Row, column: WriteColumn): Encoded {
  const value = row[column.name]
  return value === null || value === undefined ? null : (column.type.encode(value) as Encoded)
}

interface InPlaceOptions extends UpdateOptions {
  /** The rows are answered one by one. */
  readonly listed: boolean
}

interface OpenCells {
  readonly open: string | null
  readonly openColumns: readonly string[]
}

function inPlaceQuery(update: PreparedUpdate, row: Row, cells: OpenCells, options: InPlaceOptions) {
  const { plan, change, changes, selection } = update
  const columns = lockedColumns(
    plan,
    [...changes.nodes.values()].flatMap((node) => [...columnsOf(node)]),
  )
  const where = selection.condition ? sql` where ${selection.condition}` : NO_SQL
  const returned = options.returnRows ? plan.columns : []
  const list = raw(['_rowid', '_v', ...returned.map((_, i) => `_n${i}`)].join(', '))
  return updateStatement(plan, {
    locked: sql`select ${lockedList(columns)} from ${raw(plan.table.sql.table)} t${where} order by t._rowid for update`,
    version: {
      kind: 'draw',
      actor: castSql(hole(options.actor ?? null), 'text'),
      label: castSql(hole(options.label ?? null), 'text'),
    },
    set: change.assigned.map((column) => ({ column, value: assignment(column, changes.nodes.get(column.name), row) })),
    cells: change.affected.length === 0 ? undefined : patchedCells(change.affected, cells),
    returned,
    answer: options.listed ? sql`select ${list} from u order by _rowid` : raw('select count(*), max(_v) from u'),
  })
}

function assignment(column: WriteColumn, node: ExprNode | undefined, row: Row): Fragment {
  const cast = raw(column.type.cast)
  return node ? sql`(${compileOver(node, 'o')})::${cast}` : sql`${hole(encodedValue(row, column))}::${cast}`
}

/** The states of the affected cells replaced in whatever `_cells` says of the others. */
function patchedCells(affected: readonly string[], { open, openColumns }: OpenCells): CellsChange {
  const gone = castSql(hole(arrayLiteral(affected)), 'text[]')
  const settled = sql`e."column" = any(${hole(arrayLiteral(affected.filter((name) => !openColumns.includes(name))))}::text[])`
  if (open === null) {
    return {
      value: sql`case when o._cells is null then null else nullif(o._cells - ${gone}, '{}'::jsonb) end`,
      settled,
    }
  }
  return {
    value: sql`(coalesce(o._cells, '{}'::jsonb) - ${gone}) || ${hole(open)}::jsonb`,
    settled,
    open: sql`select u._rowid as rowid, k as "column" from u, unnest(${hole(arrayLiteral(openColumns))}::text[]) k`,
  }
}
