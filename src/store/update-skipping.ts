import type { Session } from '../database/database.ts'
import { isRowRefusal, type RefusedRow, refusalError } from './conflicts.ts'
import { guardedUpdate, type StagedUpdate } from './guarded-update.ts'
import type { WritePlan } from './write-plan.ts'

export interface RefusedUpdate {
  /** Position in the input. */
  readonly index: number
  readonly error: unknown
}

export interface SkippingUpdate {
  readonly plan: WritePlan
  readonly version: number
  /** Ends the search at the first refusal. */
  readonly firstOnly: boolean
}

/**
 * Writes the rows of an update whose rows are locked, but those that the database refuses. A refused part is halved
 * until it is one row, so that a refusal costs a few statements and not one for each row.
 */
export async function updateSkipping(
  session: Session,
  update: StagedUpdate,
  options: SkippingUpdate,
): Promise<RefusedUpdate[]> {
  const { plan, version, firstOnly } = options
  await session.execute({ text: 'savepoint part' })
  try {
    await guardedUpdate(session, plan, update, { kind: 'given', version })
    await session.execute({ text: 'release savepoint part' })
    return []
  } catch (error) {
    if (!isRowRefusal(error)) throw error
    await session.execute({ text: 'rollback to savepoint part' })
    if (update.rowids.length === 1) return [refusal(plan, update, error)]
  }
  const half = update.rowids.length >> 1
  const refused = await updateSkipping(session, sliceUpdate(update, 0, half), options)
  if (firstOnly && refused.length > 0) return refused
  return [...refused, ...(await updateSkipping(session, sliceUpdate(update, half, update.rowids.length), options))]
}

function refusal(plan: WritePlan, update: StagedUpdate, error: unknown): RefusedUpdate {
  const index = update.indexes[0] as number
  return { index, error: refusalError(plan, error, updatedRow(update, index)) }
}

/** The one row of an update, for messages. */
export function updatedRow({ change, values }: StagedUpdate, index: number | undefined): RefusedRow {
  return { index, value: (column) => values[change.assigned.indexOf(column)]?.[0] ?? null }
}

function sliceUpdate(update: StagedUpdate, start: number, end: number): StagedUpdate {
  return {
    ...update,
    indexes: update.indexes.slice(start, end),
    rowids: update.rowids.slice(start, end),
    xmins: update.xmins.slice(start, end),
    values: update.values.map((column) => column.slice(start, end)),
    cells: update.cells?.slice(start, end),
    media: [],
  }
}
