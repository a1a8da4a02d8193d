import type { Session } from '../database/database.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import { throwIfAborted } from './aborted.ts'
import { placedCellError, refusedMedia } from './cell-error.ts'
import { cellStates, cellsText } from './cells.ts'
import { isRowRefusal, refusalError } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import { ingestRows } from './evaluate.ts'
import { insertBatch } from './insert-batch.ts'
import { parseInsert, type RowIssue, rowError } from './parse-row.ts'
import { runCells } from './run-cells.ts'
import { insertAlone, insertShared } from './shared-insert.ts'
import type { LoneRow } from './shared-statements.ts'
import { encodeRow, mediaOf } from './staged-batch.ts'
import type { InsertOptions } from './write-options.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteResult } from './write-result.ts'
import { runWrite } from './write-transaction.ts'

export interface OneInsert {
  readonly plan: WritePlan
  readonly row: unknown
  /** In the input; undefined for a lone object. */
  readonly position: number | undefined
}

/** The short way for one row: a statement, shared where nothing else belongs into its transaction. */
export async function insertOne(context: StoreContext, input: OneInsert, options: InsertOptions): Promise<WriteResult> {
  const { plan, position } = input
  const issues: RowIssue[] = []
  const row = parseInsert(plan, input.row, { validated: options.validated === true }, issues)
  if (row === undefined) throw rowError(plan, issues, position)
  const rows = [row]
  const ingested = await ingestRows(context, plan, rows, options)
  const [refused] = ingested.refused
  if (refused) throw refusedMedia(plan, refused, position)
  const { onError, signal } = options
  const run = await runCells(context, plan, plan.eager, rows, {
    ...(onError ? { onError } : {}),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw placedCellError(error, () => position)
  })
  if (options.beforeWrite) await options.beforeWrite(rows)
  throwIfAborted(signal, plan)
  const states =
    run.errors.length === 0 && plan.pending.length === 0 ? undefined : cellStates(1, run.errors, plan.pending)
  const lone = { values: encodeRow(plan.stored, row), actor: options.actor ?? null, label: options.label ?? null }
  const cells = cellsText(states?.[0])
  const media = [...mediaOf(ingested.media), ...mediaOf(run.media)]
  const resultOf = (version: number): WriteResult => {
    const errors = run.errors.map(({ column, code, message, retryable }) => {
      return { index: 0, column, code, message, retryable }
    })
    return { count: 1, version, rows: options.returnRows ? rows : [], errors }
  }
  const { alongside } = options
  const finish = alongside && ((session: Session, version: number) => alongside(session, resultOf(version)))
  try {
    const version =
      cells === null && media.length === 0 && !finish
        ? await insertLone(context, plan, lone)
        : await insertFull(context, plan, lone, { cells, media, finish })
    options.onProgress?.({ done: 1, total: 1 })
    return resultOf(version)
  } catch (error) {
    if (!isRowRefusal(error)) throw error
    const value = (column: WritePlan['columns'][number]) => lone.values[plan.columns.indexOf(column)] ?? null
    throw refusalError(plan, error, { index: position, value })
  }
}

function insertLone(context: StoreContext, plan: WritePlan, lone: LoneRow): Promise<number> {
  return context.session ? insertAlone(context, plan, lone) : insertShared(context, plan, lone)
}

interface Extras {
  readonly cells: string | null
  readonly media: readonly StoredMedia[]
  readonly finish: ((session: Session, version: number) => Promise<void>) | undefined
}

/** With media to name, or cells that failed or wait. */
function insertFull(
  context: StoreContext,
  plan: WritePlan,
  lone: LoneRow,
  { cells, media, finish }: Extras,
): Promise<number> {
  const { actor, label } = lone
  const values = lone.values.map((value) => [value])
  const batch = { indexes: [0], values, cells: cells === null ? undefined : [cells], media }
  return runWrite(context, plan, async (write) => {
    await write.nameMedia(media)
    const { version, rowids } = await insertBatch(write.session, plan, batch, {
      actor: actor ?? undefined,
      label: label ?? undefined,
    })
    await write.enqueue(rowids)
    await finish?.(write.session, version)
    return version
  })
}
