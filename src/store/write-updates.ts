import type { Declaration } from '../catalog/catalog.ts'
import { withConflictRetry } from './conflict-retry.ts'
import { isRowRefusal, type RefusedRow, refusalError } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import { withCurrentPlan } from './current-plan.ts'
import { guardedUpdate, lockGuarded, type StagedUpdate } from './guarded-update.ts'
import { insertBatch } from './insert-batch.ts'
import type { StagedBatch } from './staged-batch.ts'
import { type Author, drawVersion } from './versions.ts'
import type { WritePlan } from './write-plan.ts'
import { runWrite } from './write-transaction.ts'

export interface StagedWrites {
  readonly updates: readonly StagedUpdate[]
  /** Rows that go in under the same version. */
  readonly inserts: readonly StagedBatch[]
}

export interface WrittenUpdates {
  readonly count: number
  readonly version: number
  /** `_rowid` of rows that changed since they were read; nothing was written then. */
  readonly moved: readonly string[]
}

const NOTHING: WrittenUpdates = { count: 0, version: 0, moved: [] }

/** Writes evaluated rows under one version: all of them, or none when some have moved. */
export async function writeUpdates(
  context: StoreContext,
  { plan, table }: { readonly plan: WritePlan; readonly table: Declaration },
  writes: StagedWrites,
  author: Author,
): Promise<WrittenUpdates> {
  const { updates, inserts } = writes
  const [first] = updates
  if (first === undefined && inserts.length === 0) return NOTHING
  return withCurrentPlan(context, plan, table, (current) =>
    withConflictRetry(context, () =>
      first && updates.length === 1 && inserts.length === 0 && isPlain(first)
        ? writeOne(context, current, first, author)
        : writeMany(context, current, writes, author),
    ),
  )
}

/** Nothing else belongs into its transaction. */
function isPlain({ media, change }: StagedUpdate): boolean {
  return media.length === 0 && change.pending.length === 0
}

async function writeOne(
  context: StoreContext,
  plan: WritePlan,
  update: StagedUpdate,
  author: Author,
): Promise<WrittenUpdates> {
  const session = context.session ?? context.database
  const result = await guardedUpdate(session, plan, update, { kind: 'draw', author }).catch((error: unknown) => {
    throw refused(plan, update, error)
  })
  if (result.moved.length > 0) return { ...NOTHING, moved: result.moved.map((at) => update.rowids[at] as string) }
  return { count: update.rowids.length, version: result.version, moved: [] }
}

/** Thrown to roll back. */
class Moved {
  readonly rowids: readonly string[]
  constructor(rowids: readonly string[]) {
    this.rowids = rowids
  }
}

async function writeMany(
  context: StoreContext,
  plan: WritePlan,
  { updates, inserts }: StagedWrites,
  author: Author,
): Promise<WrittenUpdates> {
  try {
    return await runWrite(context, plan, async (write) => {
      const { session } = write
      for (const { media } of [...updates, ...inserts]) await write.nameMedia(media)
      const moved: string[] = []
      for (const update of updates) {
        for (const at of await lockGuarded(session, plan, update)) moved.push(update.rowids[at] as string)
      }
      if (moved.length > 0) throw new Moved(moved)
      const version = await drawVersion(session, plan, updates.length > 0 ? 'update' : 'insert', author)
      let count = 0
      for (const update of updates) {
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
      return { count, version, moved: [] }
    })
  } catch (error) {
    if (error instanceof Moved) return { ...NOTHING, moved: error.rowids }
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
