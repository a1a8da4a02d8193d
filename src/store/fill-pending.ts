import type { PendingFill } from '../catalog/catalog.ts'
import { markCells } from '../catalog/fills.ts'
import { finishFilling } from '../catalog/finish-filling.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { arrayLiteral } from '../schema/array-literal.ts'
import type { StoreContext } from './context.ts'
import { fillCells } from './fill-cells.ts'
import type { Progress } from './write-options.ts'

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
}

/**
 * The second phase of `apply`: marks the rows that are older than a computed column, computes their cells in batches
 * that are each stored as they are done, and ends the fill. Any process resumes it, by applying again or by its job.
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
  }
  return { count, failed }
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
  let open = fills
  for (let pass = 1; open.length > 0 && pass <= PASSES; pass += 1) {
    for (const fill of open) {
      for (let done = false; !done; ) {
        if (signal?.aborted)
          throw new CellarError('ABORTED', { subject: `Filling table ${path}` }, { cause: signal.reason })
        done = (await markCells(database, fill)).done
      }
    }
    const { id } = await catalog.get(path)
    const columns = open.filter((fill) => fill.state === 'pending').map((fill) => fill.column)
    const total = onProgress ? count + (await countWaiting(context, id, columns)) : 0
    for await (const rowids of waitingRows(context, id, columns)) {
      const before = count
      const result = await fillCells(context, path, rowids, {
        ...(signal ? { signal } : {}),
        onProgress: (done) => onProgress?.({ done: before + done, total }),
      })
      count += result.count
      failed += result.failed
    }
    const unfinished: PendingFill[] = []
    for (const fill of open) if (!(await finishFilling(database, fill))) unfinished.push(fill)
    open = unfinished
  }
  return { count, failed }
}

async function countWaiting({ database }: StoreContext, tableId: number, columns: readonly string[]): Promise<number> {
  const { rows } = await database.execute<{ n: number }>({
    text: `select count(distinct rowid) as n from cellar.cell_errors where table_id = $1 and "column" = any($2::text[])`,
    values: [tableId, arrayLiteral(columns)],
  })
  return rows[0]?.n ?? 0
}

async function* waitingRows(
  { database }: StoreContext,
  tableId: number,
  columns: readonly string[],
): AsyncGenerator<string[], void, undefined> {
  let after = '0'
  while (columns.length > 0) {
    const { rows } = await database.execute<readonly string[]>({
      text: `select distinct rowid from cellar.cell_errors
        where table_id = $1 and "column" = any($2::text[]) and rowid > $3 order by rowid limit ${BATCH_ROWS}`,
      values: [tableId, arrayLiteral(columns), after],
      raw: true,
    })
    const rowids = rows.map(([rowid]) => String(rowid))
    if (rowids.length > 0) yield rowids
    if (rowids.length < BATCH_ROWS) return
    after = rowids.at(-1) ?? after
  }
}
