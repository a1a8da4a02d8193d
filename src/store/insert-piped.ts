import type { Row } from '../schema/row-codec.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { holdTable } from './hold-table.ts'
import { bindBatch } from './insert-batch.ts'
import { isCheap } from './moved-rows.ts'
import { cellErrors, prepareRows } from './prepare-rows.ts'
import { BATCH_ROWS, type RowSource } from './row-source.ts'
import { stageRows } from './staged-batch.ts'
import { drawVersion } from './versions.ts'
import type { InsertOptions } from './write-options.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteError, WriteResult } from './write-result.ts'
import { runWrite, type WriteTransaction } from './write-transaction.ts'

/**
 * True when computing the cells is quick enough to do it while the transaction is open: rows at hand, no media, no
 * function that is not cheap. Then a batch is evaluated while the one before it is being written.
 */
export function canPipe(plan: WritePlan, input: unknown, options: InsertOptions): boolean {
  if (!Array.isArray(input) || input.length <= BATCH_ROWS) return false
  if (options.beforeWrite || options.alongside || options.onInvalid === 'skip' || plan.media.length > 0) return false
  return isCheap([plan.eager], [])
}

interface PipedInsert {
  readonly plan: WritePlan
  readonly source: RowSource
}

/** An insert in one transaction that evaluates and writes at the same time. */
export async function insertPiped(
  context: StoreContext,
  { plan, source }: PipedInsert,
  options: InsertOptions,
): Promise<WriteResult> {
  return runWrite(context, plan, (write) => pipe(context, { plan, source }, write, options), { signal: options.signal })
}

/** May run again from the start, when the transaction does. */
async function pipe(
  context: StoreContext,
  { plan, source }: PipedInsert,
  write: WriteTransaction,
  options: InsertOptions,
): Promise<WriteResult> {
  const rows: Row[] = []
  const errors: WriteError[] = []
  const version = await drawVersion(write.session, plan, 'insert', options)
  let [done, count] = [0, 0]
  // Not before there is something to write: from then on nobody can change the definition.
  let sent: Promise<void> | undefined
  try {
    for await (const inputs of source.batches()) {
      throwIfAborted(options.signal, plan)
      const prepared = await prepareRows(context, plan, inputs, { ...options, cells: plan.eager, start: done })
      errors.push(...cellErrors(prepared))
      if (options.returnRows) for (const row of prepared.rows) rows.push(row)
      const batch = stageRows(plan, prepared)
      const send = bindBatch(plan, batch, { version })
      await (sent ?? holdTable(write.session, plan))
      sent = send(write.session).then(({ rowids }) => write.enqueue(rowids))
      // Its failure is noticed when it is waited for.
      sent.catch(() => {})
      done += inputs.length
      count += batch.indexes.length
      options.onProgress?.({ done, ...(source.total === undefined ? {} : { total: source.total }) })
    }
  } finally {
    await sent
  }
  return { count, version, rows, errors }
}
