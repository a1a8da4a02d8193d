import type { Declaration } from '../catalog/catalog.ts'
import { namedStatement } from '../database/named-statement.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { arrayLiteral } from '../schema/array-literal.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { castSql, compileSql, hole, joinSql, NO_SQL, raw, sql } from '../util/sql.ts'
import { throwIfAborted } from './aborted.ts'
import { withConflictRetry } from './conflict-retry.ts'
import { refusalError } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import { withCurrentPlan } from './current-plan.ts'
import { assertCheapNodes } from './evaluate-changes.ts'
import { type Selection, selectRows } from './selection.ts'
import { encodeRows } from './staged-batch.ts'
import { readRows, type StoredRow } from './stored-rows.ts'
import { deleteStatement, lockedColumns, lockedList } from './update-statement.ts'
import type { DeleteOptions } from './write-options.ts'
import { type WriteColumn, type WritePlan, writePlan } from './write-plan.ts'
import type { DeleteResult } from './write-result.ts'
import { runWrite } from './write-transaction.ts'

const ATTEMPTS = 20

/**
 * Deletes the rows that match, all of them under one version; every row without a condition.
 *
 * @throws UNKNOWN_COLUMN, INVALID_VALUE, TRANSACTION_CONFLICT, ABORTED
 */
export async function deleteRows(
  context: StoreContext,
  table: Declaration,
  options: DeleteOptions = {},
): Promise<DeleteResult> {
  const load = () => writePlan(context, table)
  return withCurrentPlan(context, load, async (plan) => {
    const selection = withMatching(plan, selectRows(plan, options.where), options.matching)
    assertCheapNodes(context, plan, selection.filters)
    throwIfAborted(options.signal, plan)
    if (selection.filters.length > 0 || options.accept) return deleteFiltered(context, { plan, selection }, options)
    const { count, version } = await runDelete(context, { plan, selection }, options, undefined)
    return { count, version }
  })
}

/** Given rows travel as one array a column, however many they are. */
function withMatching(plan: WritePlan, selection: Selection, matching: DeleteOptions['matching']): Selection {
  if (matching === undefined) return selection
  const columns = matching.columns.map((name) => plan.byName.get(name) as WriteColumn)
  const arrays = encodeRows(columns, matching.rows).map((values, i) =>
    castSql(hole(arrayLiteral(values)), columns[i]?.type.bulk.parameter ?? ''),
  )
  const names = raw(columns.map((_, i) => `e${i}`).join(', '))
  const elements = raw(columns.map(({ type }, i) => `m.e${i}${type.bulk.element}`).join(', '))
  const own = raw(columns.map((column) => `t.${column.sql}`).join(', '))
  const found = sql`(${own}) in (select ${elements} from unnest(${joinSql(arrays)}) as m (${names}))`
  return { ...selection, condition: selection.condition ? sql`(${selection.condition} and ${found})` : found }
}

interface PreparedDelete {
  readonly plan: WritePlan
  readonly selection: Selection
}

/** JavaScript has a say: the rows are read, and deleted if they are still the ones that were read. */
async function deleteFiltered(
  context: StoreContext,
  prepared: PreparedDelete,
  options: DeleteOptions,
): Promise<DeleteResult> {
  const { plan, selection } = prepared
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const found: StoredRow[] = []
    const columns = options.accept ? plan.columns : []
    for await (const rows of readRows(context, plan, { columns, selection })) {
      for (const { row } of rows) options.accept?.(row)
      found.push(...rows)
    }
    throwIfAborted(options.signal, plan)
    if (found.length === 0) return { count: 0, version: 0 }
    const deleted = await runDelete(context, prepared, options, found)
    if (deleted.complete) return { count: deleted.count, version: deleted.version }
  }
  throw new CellarError('TRANSACTION_CONFLICT', { attempts: ATTEMPTS })
}

interface Deleted extends DeleteResult {
  readonly complete: boolean
}

async function runDelete(
  context: StoreContext,
  { plan, selection }: PreparedDelete,
  options: DeleteOptions,
  rows: readonly StoredRow[] | undefined,
): Promise<Deleted> {
  const query = deleteStatement(plan, lockedRows(plan, selection, rows), {
    kind: 'draw',
    actor: castSql(hole(options.actor ?? null), 'text'),
    label: castSql(hole(options.label ?? null), 'text'),
    ...(rows ? { expected: castSql(hole(rows.length), 'int8') } : {}),
  })
  const { id, schemaVersion } = plan.table
  const statement = namedStatement(compileSql(query), { raw: true, schemaVersion: `${id}.${schemaVersion}` })
  const isComplete = (count: number) => rows === undefined || count === rows.length
  const { alongside } = options
  const send = () =>
    alongside === undefined
      ? (context.session ?? context.database).execute<RawRow>(statement)
      : runWrite(context, plan, async ({ session }) => {
          const deleted = await session.execute<RawRow>(statement)
          const count = Number(deleted.rows[0]?.[0] ?? 0)
          if (isComplete(count)) await alongside(session, count)
          return deleted
        })
  const result = await withConflictRetry(context, send).catch((error: unknown) => {
    throw refusalError(plan, error, undefined)
  })
  const count = Number(result.rows[0]?.[0] ?? 0)
  return { count, version: Number(result.rows[0]?.[1] ?? 0), complete: isComplete(count) }
}

function lockedRows(plan: WritePlan, { condition }: Selection, rows: readonly StoredRow[] | undefined) {
  const list = lockedList(lockedColumns(plan))
  const table = raw(plan.table.sql.table)
  if (rows === undefined) {
    return sql`select ${list} from ${table} t${condition ? sql` where ${condition}` : NO_SQL} order by t._rowid for update`
  }
  const rowids = arrayLiteral(rows.map(({ rowid }) => rowid))
  const xmins = arrayLiteral(rows.map(({ xmin }) => xmin))
  return sql`select t.* from unnest(${hole(rowids)}::int8[], ${hole(xmins)}::xid[]) as i (_r, _x)
    cross join lateral (select ${list} from ${table} t where t._rowid = i._r and t.xmin = i._x for update) t`
}
