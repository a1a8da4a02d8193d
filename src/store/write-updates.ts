import { primaryKeyName } from '../catalog/constraint-names.ts'
import type { Session } from '../database/database.ts'
import { withConflictRetry } from './conflict-retry.ts'
import { batchRow, findConflict, isRowRefusal, refusalError } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import { guardedUpdate, lockGuarded, type StagedUpdate } from './guarded-update.ts'
import { holdTable } from './hold-table.ts'
import { insertBatch, insertBatchSkipping } from './insert-batch.ts'
import type { MovedRow } from './moved-rows.ts'
import { listedError, skippedError } from './skipped-error.ts'
import type { StagedBatch } from './staged-batch.ts'
import { updatedRow, updateSkipping } from './update-skipping.ts'
import type { UpdateSource } from './update-staging.ts'
import { type Author, drawVersion } from './versions.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteError } from './write-result.ts'
import { isLoneUpdate, runWrite, type WriteTransaction } from './write-transaction.ts'

export interface StagedWrites {
  readonly updates: UpdateSource
  /** Rows that go in under the same version. */
  readonly inserts: readonly StagedBatch[]
}

export interface WriteUpdatesOptions extends Author {
  /** With `skip` the rows that the database refuses are left out. @default 'abort' */
  readonly onInvalid?: 'abort' | 'skip' | undefined
  /** The rows were given in a list: errors say which one it was. */
  readonly listed?: boolean
  /** Belongs into the transaction of the rows. */
  readonly alongside?: ((session: Session, written: WrittenUpdates) => Promise<void>) | undefined
}

export interface WrittenUpdates {
  readonly count: number
  readonly version: number
  /** Rows that changed since they were read; nothing was written then. */
  readonly moved: readonly MovedRow[]
  /** Rows that were left out. */
  readonly refused: readonly WriteError[]
}

const NOTHING: WrittenUpdates = { count: 0, version: 0, moved: [], refused: [] }

/** Writes evaluated rows under one version: all of them, or none when some have moved. */
export async function writeUpdates(
  context: StoreContext,
  plan: WritePlan,
  writes: StagedWrites,
  options: WriteUpdatesOptions,
): Promise<WrittenUpdates> {
  const { updates, inserts } = writes
  const alone = updates.batches === 1 && inserts.length === 0
  const first = alone ? (await Array.fromAsync(updates.read()))[0] : undefined
  if (updates.batches + inserts.length === 0 || (alone && first === undefined)) return NOTHING
  const isLone = first && !options.alongside && options.onInvalid !== 'skip'
  const lone = isLone && isLoneUpdate(plan, first.media, first.change.pending) ? first : undefined
  return withConflictRetry(context, () =>
    lone ? writeOne(context, plan, lone, options) : writeMany(context, plan, writes, options),
  ).catch(async (error: unknown) => {
    if (error instanceof Refused) throw await placed(context, plan, writes, error, options)
    throw error
  })
}

/** A refusal by the database, and what it was about. */
class Refused {
  readonly error: unknown
  readonly update: StagedUpdate | undefined
  readonly batch: StagedBatch | undefined
  constructor(error: unknown, update: StagedUpdate | undefined, batch?: StagedBatch) {
    this.error = error
    this.update = update
    this.batch = batch
  }
}

const refusing = (update: StagedUpdate | undefined, batch?: StagedBatch) => (error: unknown) => {
  throw isRowRefusal(error) ? new Refused(error, update, batch) : error
}

async function writeOne(
  context: StoreContext,
  plan: WritePlan,
  update: StagedUpdate,
  { actor, label }: Author,
): Promise<WrittenUpdates> {
  const session = context.session ?? context.database
  const version = { kind: 'draw', author: { actor, label } } as const
  const result = await guardedUpdate(session, plan, update, version).catch(refusing(update))
  if (result.moved.length > 0) return { ...NOTHING, moved: movedRows(update, result.moved) }
  return { count: update.rowids.length, version: result.version, moved: [], refused: [] }
}

function movedRows(update: StagedUpdate, positions: readonly number[]): MovedRow[] {
  return positions.map((at) => ({ rowid: update.rowids[at] as string, index: update.indexes[at] as number }))
}

/** Thrown to roll back. */
class Undone {
  readonly result: WrittenUpdates
  constructor(result: Partial<WrittenUpdates>) {
    this.result = { ...NOTHING, ...result }
  }
}

async function writeMany(
  context: StoreContext,
  plan: WritePlan,
  { updates, inserts }: StagedWrites,
  options: WriteUpdatesOptions,
): Promise<WrittenUpdates> {
  const { actor, label } = options
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
      if (moved.length > 0) throw new Undone({ moved })
      if (!found && inserts.length === 0) return NOTHING
      for (const { media } of inserts) await write.nameMedia(media)
      const version = await drawVersion(session, plan, found ? 'update' : 'insert', { actor, label })
      const part = { plan, version, skip: options.onInvalid === 'skip' }
      const refused: WriteError[] = []
      let count = 0
      for await (const update of updates.read()) {
        const left = await writePart(write, update, part)
        refused.push(...left)
        count += update.rowids.length - left.length
      }
      for (const batch of inserts) {
        const left = await insertPart(write, batch, part)
        refused.push(...left)
        count += batch.indexes.length - left.length
      }
      // Then there is no operation, and no version.
      if (count === 0 && !context.session) throw new Undone({ refused })
      const written = { count, version: count === 0 ? 0 : version, moved: [], refused }
      await options.alongside?.(session, written)
      return written
    })
  } catch (error) {
    if (error instanceof Undone) return error.result
    throw error
  }
}

interface Part {
  readonly plan: WritePlan
  readonly version: number
  readonly skip: boolean
}

/** Writes one change of rows and gives those that were left out. */
async function writePart(write: WriteTransaction, update: StagedUpdate, part: Part): Promise<WriteError[]> {
  const { plan, version, skip } = part
  const { session } = write
  const refused = skip ? await updateSkipping(session, update, { plan, version, firstOnly: false }) : []
  if (!skip) await guardedUpdate(session, plan, update, { kind: 'given', version }).catch(refusing(update))
  const left = new Set(refused.map(({ index }) => index))
  const { rowids, indexes } = update
  const kept = left.size === 0 ? rowids : rowids.filter((_, at) => !left.has(indexes[at] as number))
  if (update.change.pending.length > 0) await write.enqueue(kept)
  return refused.map(({ index, error }) => listedError(index, error))
}

async function insertPart(write: WriteTransaction, batch: StagedBatch, part: Part): Promise<WriteError[]> {
  const { plan, version, skip } = part
  const { session } = write
  if (skip) await session.execute({ text: 'savepoint part' })
  try {
    const { rowids } = await insertBatch(session, plan, batch, { version })
    await write.enqueue(rowids)
    if (skip) await session.execute({ text: 'release savepoint part' })
    return []
  } catch (error) {
    // A taken key means that there is a row to update by now.
    if (!skip || isKeyTaken(plan, error)) refusing(undefined, batch)(error)
    if (!isRowRefusal(error)) throw error
    await session.execute({ text: 'rollback to savepoint part' })
  }
  const { skipped, rowids } = await insertBatchSkipping(session, plan, batch, version)
  await write.enqueue(rowids)
  return skipped.map(({ position, error }) => skippedError(plan, batch, position, error))
}

/** True for refusals of a new row because of its primary key. */
export function isKeyTaken(plan: WritePlan, error: unknown): boolean {
  return isRowRefusal(error) && error.constraint === primaryKeyName(plan.spec.path)
}

/** What a refusal means, with the place of its row in the list. The transaction that was refused is over. */
async function placed(
  context: StoreContext,
  plan: WritePlan,
  writes: StagedWrites,
  { error, update, batch }: Refused,
  { listed = false }: WriteUpdatesOptions,
): Promise<unknown> {
  if (!isRowRefusal(error)) return error
  if (batch) {
    const position = await findConflict(context, plan, batch, error)
    return refusalError(plan, error, position === undefined ? undefined : batchRow(plan, batch, position))
  }
  if (update?.rowids.length === 1) {
    return refusalError(plan, error, updatedRow(update, listed ? update.indexes[0] : undefined))
  }
  if (!listed || context.session) return refusalError(plan, error, undefined)
  return (await firstRefused(context, plan, writes)) ?? refusalError(plan, error, undefined)
}

/** Writes again, in parts, to learn which row it was; keeps nothing. */
async function firstRefused(context: StoreContext, plan: WritePlan, { updates }: StagedWrites): Promise<unknown> {
  class Found {
    readonly error: unknown
    constructor(error: unknown) {
      this.error = error
    }
  }
  return runWrite(context, plan, async ({ session }) => {
    const version = await drawVersion(session, plan, 'update', {})
    for await (const update of updates.read()) {
      const [refused] = await updateSkipping(session, update, { plan, version, firstOnly: true })
      if (refused) throw new Found(refused.error)
    }
    throw new Found(undefined)
  }).catch((error: unknown) => {
    if (error instanceof Found) return error.error
    throw error
  })
}
