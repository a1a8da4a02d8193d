import type { PendingFill } from '../catalog/catalog.ts'
import { markCells } from '../catalog/fills.ts'
import { finishFilling } from '../catalog/finish-filling.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { arrayLiteral } from '../schema/array-literal.ts'
import type { StoreContext } from './context.ts'
import { fillCells, type Lacking } from './fill-cells.ts'
import type { Progress } from './write-options.ts'
import { planOf, type WritePlan } from './write-plan.ts'

const BATCH_ROWS = 2_000
/** Passes over what writers of an old definition may have left meanwhile. */
const PASSES = 10

export interface FillPendingOptions {
  /** Waits until everything is filled, instead of leaving it to the workers. @default true */
  readonly wait?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface FillResult {
  readonly count: number
  /** Cells that failed; they are stored as such and can be computed again. */
  readonly failed: number
  /** Set when cells still wait, because this process lacks functions. */
  readonly lacking?: Lacking
}

/**
 * The second phase of `apply`: marks the rows that are older than a computed column, computes their cells in batches
 * that are each stored as they are done, and ends the fill. Any process resumes it, by applying again or by its job.
 * Columns whose functions this process lacks are left to a process that has them.
 */
export async function fillPending(
  context: StoreContext,
  fills: readonly PendingFill[],
  options: FillPendingOptions = {},
): Promise<FillResult> {
  let [count, failed] = [0, 0]
  for (const [path, group] of Map.groupBy(fills, (fill) => fill.path)) {
    if (options.wait === false) {
      await context.jobs.enqueue('fill', { table: path, fills: group })
      continue
    }
    const result = await fillTable(context, path, group, {
      ...options,
      onProgress: ({ done, total = done }) => options.onProgress?.({ done: count + done, total: count + total }),
    })
    count += result.count
    failed += result.failed
    const { lacking } = result
    if (lacking) await leaveToOthers(context, path, group, lacking)
  }
  return { count, failed }
}

/** One job is enough, however often this process applies. */
async function leaveToOthers(
  { jobs }: StoreContext,
  path: string,
  fills: readonly PendingFill[],
  { need }: Lacking,
): Promise<void> {
  const queued = await jobs.list({ kinds: ['fill'], state: 'queued', limit: 1_000 })
  const same = queued.some((job) => job.payload.table === path && job.need?.join() === need.join() && job.payload.fills)
  if (!same) await jobs.enqueue('fill', { table: path, fills }, { need })
}

/** All columns are marked before any is computed, so that a cell is not computed for one and again for the next. */
export async function fillTable(
  context: StoreContext,
  path: string,
  fills: readonly PendingFill[],
  options: FillPendingOptions,
): Promise<FillResult> {
  const { database, catalog } = context
  const { signal, onProgress } = options
  let [count, failed] = [0, 0]
  let lacking: Lacking | undefined
  let open = fills
  for (let pass = 1; open.length > 0 && pass <= PASSES && !lacking; pass += 1) {
    for (const fill of open) {
      for (let done = false; !done; ) {
        if (signal?.aborted)
          throw new CellarError('ABORTED', { subject: `Filling table ${path}` }, { cause: signal.reason })
        done = (await markCells(database, fill)).done
      }
    }
    const plan = planOf(await catalog.get(path))
    const columns = open.filter((fill) => fill.state === 'pending').map((fill) => fill.column)
    const before = count
    const result = await fillWaiting(context, plan, columns, {
      ...(signal ? { signal } : {}),
      ...(onProgress && {
        onProgress: ({ done, total = done }) => onProgress({ done: before + done, total: before + total }),
      }),
    })
    count += result.count
    failed += result.failed
    lacking = result.lacking
    const unfinished: PendingFill[] = []
    for (const fill of open) if (!(await finishFilling(database, fill))) unfinished.push(fill)
    open = unfinished
  }
  return { count, failed, ...(lacking && { lacking }) }
}

/** Computes the waiting cells of a table, in the order of its rows; those that come up meanwhile may be left. */
export async function fillWaiting(
  context: StoreContext,
  plan: WritePlan,
  columns: readonly string[],
  { signal, onProgress }: FillPendingOptions,
): Promise<FillResult> {
  let [count, failed, seen] = [0, 0, 0]
  let lacking: Lacking | undefined
  const total = onProgress ? await countWaiting(context, plan, columns) : 0
  for await (const rowids of waitingRows(context, plan, columns)) {
    const before = seen
    const result = await fillCells(context, plan.spec.path, rowids, {
      ...(signal ? { signal } : {}),
      onProgress: (done) => onProgress?.({ done: before + done, total }),
    })
    seen += rowids.length
    count += result.count
    failed += result.failed
    lacking ??= result.lacking
  }
  return { count, failed, ...(lacking && { lacking }) }
}

/** The rows whose cells wait, among those that `cellar.cell_errors` names. */
function waitingSql({ table }: WritePlan): string {
  return `cellar.cell_errors e join ${table.sql.table} t on t._rowid = e.rowid
    where e.table_id = $1 and e."column" = any($2::text[]) and t._cells -> e."column" ->> 'state' = 'pending'`
}

export async function countWaiting(
  { database }: StoreContext,
  plan: WritePlan,
  columns: readonly string[],
): Promise<number> {
  const { rows } = await database.execute<{ n: number }>({
    text: `select count(distinct e.rowid) as n from ${waitingSql(plan)}`,
    values: [plan.table.id, arrayLiteral(columns)],
  })
  return rows[0]?.n ?? 0
}

async function* waitingRows(
  { database }: StoreContext,
  plan: WritePlan,
  columns: readonly string[],
): AsyncGenerator<string[], void, undefined> {
  let after = '0'
  while (columns.length > 0) {
    const { rows } = await database.execute<readonly string[]>({
      text: `select distinct e.rowid from ${waitingSql(plan)} and e.rowid > $3 order by e.rowid limit ${BATCH_ROWS}`,
      values: [plan.table.id, arrayLiteral(columns), after],
      raw: true,
    })
    const rowids = rows.map(([rowid]) => String(rowid))
    if (rowids.length > 0) yield rowids
    if (rowids.length < BATCH_ROWS) return
    after = rowids.at(-1) ?? after
  }
}
