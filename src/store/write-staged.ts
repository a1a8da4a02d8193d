import type { Session } from '../database/database.ts'
import type { DatabaseError } from '../database/database-error.ts'
import { batchRow, findConflict, findEarlier, isRowRefusal, refusalError } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import { holdTable } from './hold-table.ts'
import { bindBatch, insertBatch, insertBatchSkipping } from './insert-batch.ts'
import { skippedError } from './skipped-error.ts'
import type { StagedBatch } from './staged-batch.ts'
import type { Staging } from './staging.ts'
import { drawVersion } from './versions.ts'
import type { InsertOptions } from './write-options.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteError } from './write-result.ts'
import { runWrite } from './write-transaction.ts'

export interface StagedInsert {
  readonly staging: Staging
  /** Runs at the end of the transaction. */
  readonly finish?: ((session: Session, written: WrittenRows) => Promise<void>) | undefined
}

export interface WrittenRows {
  readonly count: number
  readonly version: number
  /** Rows that were left out. */
  readonly refused: readonly WriteError[]
}

const NOTHING: WrittenRows = { count: 0, version: 0, refused: [] }

/** The second half of an insert: one transaction that writes all staged rows. */
export async function writeStaged(
  context: StoreContext,
  plan: WritePlan,
  staged: StagedInsert,
  options: InsertOptions,
): Promise<WrittenRows> {
  const { staging } = staged
  if (staging.rows === 0) return NOTHING
  if (options.onInvalid === 'skip') return writeSkipping(context, plan, staged, options)
  const progress: { batch?: StagedBatch } = {}
  try {
    return await writeAll(context, plan, staged, options, progress)
  } catch (error) {
    if (!isRowRefusal(error) || progress.batch === undefined) throw error
    throw await refused(context, plan, staging, progress.batch, error)
  }
}

async function writeAll(
  context: StoreContext,
  plan: WritePlan,
  { staging, finish }: StagedInsert,
  options: InsertOptions,
  progress: { batch?: StagedBatch },
): Promise<WrittenRows> {
  const { actor, label, signal } = options
  const first = staging.batches === 1 ? (await staging.read().next()).value : undefined
  if (first && first.media.length === 0 && first.cells === undefined && !finish) {
    progress.batch = first
    const { version } = await insertBatch(context.session ?? context.database, plan, first, { actor, label })
    return { count: staging.rows, version, refused: [] }
  }
  return runWrite(
    context,
    plan,
    async (write) => {
      const version = await drawVersion(write.session, plan, 'insert', { actor, label })
      let sent: Promise<void> | undefined
      try {
        for await (const batch of staging.read()) {
          const send = bindBatch(plan, batch, { version })
          await (sent ?? holdTable(write.session, plan))
          progress.batch = batch
          await write.nameMedia(batch.media)
          sent = send(write.session).then(({ rowids }) => write.enqueue(rowids))
          // Its failure is noticed when it is waited for.
          sent.catch(() => {})
        }
      } finally {
        await sent
      }
      const written = { count: staging.rows, version, refused: [] }
      await finish?.(write.session, written)
      return written
    },
    { signal },
  )
}

/** Thrown to roll back when every row was left out: then there is no operation, and no version. */
class NothingWritten {
  readonly refused: readonly WriteError[]
  constructor(refused: readonly WriteError[]) {
    this.refused = refused
  }
}

async function writeSkipping(
  context: StoreContext,
  plan: WritePlan,
  { staging, finish }: StagedInsert,
  { actor, label, signal }: InsertOptions,
): Promise<WrittenRows> {
  try {
    return await runWrite(
      context,
      plan,
      async (write) => {
        const version = await drawVersion(write.session, plan, 'insert', { actor, label })
        const refused: WriteError[] = []
        let count = 0
        for await (const batch of staging.read()) {
          await write.nameMedia(batch.media)
          const result = await insertBatchSkipping(write.session, plan, batch, version)
          count += result.count
          for (const { position, error } of result.skipped) refused.push(skippedError(plan, batch, position, error))
          await write.enqueue(result.rowids)
        }
        if (count === 0 && !context.session) throw new NothingWritten(refused)
        const written = { count, version: count === 0 ? 0 : version, refused }
        await finish?.(write.session, written)
        return written
      },
      { signal },
    )
  } catch (error) {
    if (!(error instanceof NothingWritten)) throw error
    return { count: 0, version: 0, refused: error.refused }
  }
}

async function refused(
  context: StoreContext,
  plan: WritePlan,
  staging: Staging,
  batch: StagedBatch,
  error: DatabaseError,
): Promise<unknown> {
  const position =
    (await findConflict(context, plan, batch, error)) ?? (await findEarlier(plan, staging.read(), batch, error))
  return refusalError(plan, error, position === undefined ? undefined : batchRow(plan, batch, position))
}
