import type { Session } from '../database/database.ts'
import { withConflictRetry } from './conflict-retry.ts'
import { isRowRefusal, type RefusedRow, refusalError } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import { guardedUpdate, lockGuarded, type StagedUpdate } from './guarded-update.ts'
import { holdTable } from './hold-table.ts'
import { insertBatch } from './insert-batch.ts'
import type { MovedRow } from './moved-rows.ts'
import type { StagedBatch } from './staged-batch.ts'
import type { UpdateSource } from './update-staging.ts'
import { type Author, drawVersion } from './versions.ts'
import type { WritePlan } from './write-plan.ts'
import { isLoneUpdate, runWrite } from './write-transaction.ts'

export interface StagedWrites {
  readonly updates: UpdateSource
  /** Rows that go in under the same version. */
  readonly inserts: readonly StagedBatch[]
}

export interface WrittenUpdates {
  readonly count: number
  readonly version: number
  /** Rows that changed since they were read; nothing was written then. */
  readonly moved: readonly MovedRow[]
}

export interface WriteUpdatesOptions extends Author {
  /** Belongs into the transaction of the rows. */
  readonly alongside?: ((session: Session) => Promise<void> | undefined) | undefined
}

const NOTHING: WrittenUpdates = { count: 0, version: 0, moved: [] }

/** Writes evaluated rows under one version: all of them, or none when some have moved. */
export async function writeUpdates(
  context: StoreContext,
  plan: WritePlan,
  writes: StagedWrites,
  options: WriteUpdatesOptions,
): Promise<WrittenUpdates> {
  const { updates, inserts } = writes
  const { alongside } = options
  const alone = updates.batches === 1 && inserts.length === 0
  const first = alone ? (await Array.fromAsync(updates.read()))[0] : undefined
  if (updates.batches + inserts.length === 0 || (alone && first === undefined)) return NOTHING
  const lone = first && !alongside && isLoneUpdate(plan, first.media, first.change.pending) ? first : undefined
  return withConflictRetry(context, () =>
    lone ? writeOne(context, plan, lone, options) : writeMany(context, plan, writes, options),
  )
}

async function writeOne(
  context: StoreContext,
  plan: WritePlan,
  update: StagedUpdate,
  { actor, label }: Author,
): Promise<WrittenUpdates> {
  const author = { actor, label }
  const session = context.session ?? context.database
  const result = await guardedUpdate(session, plan, update, { kind: 'draw', author }).catch((error: unknown) => {
    throw refused(plan, update, error)
  })
  if (result.moved.length > 0) return { ...NOTHING, moved: movedRows(update, result.moved) }
  return { count: update.rowids.length, version: result.version, moved: [] }
}

function movedRows(update: StagedUpdate, positions: readonly number[]): MovedRow[] {
  return positions.map((at) => ({ rowid: update.rowids[at] as string, index: update.indexes[at] as number }))
}

/** Thrown to roll back. */
class Moved {
  readonly rows: readonly MovedRow[]
  constructor(rows: readonly MovedRow[]) {
    this.rows = rows
  }
}

async function writeMany(
  context: StoreContext,
  plan: WritePlan,
  { updates, inserts }: StagedWrites,
  { actor, label, alongside }: WriteUpdatesOptions,
): Promise<WrittenUpdates> {
  try {
    return await runWrite(context, plan, async (write) => {
      const { session } = write
      const moved: MovedRow[] = []
      let found = false
      if (inserts.length > 0) await holdTable(session, plan)
      for await (const update of updates.read()) {
        found = true
        await write.nameMedia(update.media)
        moved.push(...movedRows(update, await lockGuarded(session, plan, update)))
      }
      if (moved.length > 0) throw new Moved(moved)
      if (!found && inserts.length === 0) return NOTHING
      for (const { media } of inserts) await write.nameMedia(media)
      const version = await drawVersion(session, plan, found ? 'update' : 'insert', { actor, label })
      let count = 0
      for await (const update of updates.read()) {
        await guardedUpdate(session, plan, update, { kind: 'given', version }).catch((error: unknown) => {
          throw refused(plan, update, error)
        })
        if (update.change.pending.length > 0) await write.enqueue(update.rowids)
        count += update.rowids.length
      }
      for (const batch of inserts) {
        const { rowids } = await insertBatch(session, plan, batch, { version })
        await write.enqueue(rowids)
        count += batch.indexes.length
      }
      await alongside?.(session)
      return { count, version, moved: [] }
    })
  } catch (error) {
    if (error instanceof Moved) return { ...NOTHING, moved: error.rows }
    throw error
  }
}

function refused(plan: WritePlan, update: StagedUpdate, error: unknown): unknown {
  if (!isRowRefusal(error)) return error
  const columns = update.change.assigned
  const row: RefusedRow | undefined =
    update.rowids.length === 1
      ? { index: undefined, value: (column) => update.values[columns.indexOf(column)]?.[0] ?? null }
      : undefined
  return refusalError(plan, error, row)
}
