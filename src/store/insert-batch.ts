import type { Session } from '../database/database.ts'
import { arrayLiteral } from '../schema/array-literal.ts'
import { copyText } from '../schema/copy-text.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { isRowRefusal } from './conflicts.ts'
import { copyStatement, insertBatchStatement, insertSkippingStatement } from './insert-statements.ts'
import { type StagedBatch, sliceBatch } from './staged-batch.ts'
import type { Author } from './versions.ts'
import type { WritePlan } from './write-plan.ts'

export interface InsertedBatch {
  readonly version: number
  /** Rows with cells that failed or wait. */
  readonly rowids: readonly string[]
}

function batchValues(batch: StagedBatch, author: Author, version: number | null): unknown[] {
  const cells = batch.cells ? arrayLiteral(batch.cells) : null
  return [version, author.actor ?? null, author.label ?? null, cells, ...batch.values.map(arrayLiteral)]
}

export type SendBatch = (session: Session) => Promise<InsertedBatch>

/**
 * A batch ready to be written, under a given version or, alone in its transaction, under one of its own. Making it
 * ready takes time in which the batch before it can be under way.
 */
export function bindBatch(
  plan: WritePlan,
  batch: StagedBatch,
  options: Author & { readonly version?: number },
): SendBatch {
  const cells = batch.cells !== undefined
  const { version: given } = options
  if (given !== undefined && !cells) {
    const copy = { ...copyStatement(plan), input: copyText(batch.indexes.length, given, batch.values) }
    return async (session) => {
      await session.execute(copy)
      return { version: given, rowids: [] }
    }
  }
  const bind = insertBatchStatement(plan, { cells, ownVersion: options.version === undefined })
  const statement = bind(batchValues(batch, options, options.version ?? null))
  return async (session) => {
    const { rows } = await session.execute<RawRow>(statement)
    const version = options.version ?? Number(rows[0]?.[0])
    return { version, rowids: cells ? rows.map((row) => String(row[1])) : [] }
  }
}

export function insertBatch(
  session: Session,
  plan: WritePlan,
  batch: StagedBatch,
  options: Author & { readonly version?: number },
): Promise<InsertedBatch> {
  return bindBatch(plan, batch, options)(session)
}

export interface SkippedRow {
  /** Position in the batch. */
  readonly position: number
  /** The refusal; undefined when the key is taken. */
  readonly error: unknown
}

export interface SkippingResult {
  readonly count: number
  readonly skipped: readonly SkippedRow[]
  readonly rowids: readonly string[]
}

/** Writes the rows of a batch that can be written. A refusal of another kind than a taken key costs one statement per row. */
export async function insertBatchSkipping(
  session: Session,
  plan: WritePlan,
  batch: StagedBatch,
  version: number,
): Promise<SkippingResult> {
  await session.execute({ text: 'savepoint batch' })
  try {
    const result = await skipTaken(session, plan, batch, version)
    await session.execute({ text: 'release savepoint batch' })
    return result
  } catch (error) {
    if (!isRowRefusal(error)) throw error
    await session.execute({ text: 'rollback to savepoint batch' })
    const position = 0
    if (batch.indexes.length === 1) return { count: 0, skipped: [{ position, error }], rowids: [] }
  }
  return insertSingly(session, plan, batch, version)
}

async function insertSingly(
  session: Session,
  plan: WritePlan,
  batch: StagedBatch,
  version: number,
): Promise<SkippingResult> {
  const skipped: SkippedRow[] = []
  const rowids: string[] = []
  let count = 0
  for (let position = 0; position < batch.indexes.length; position += 1) {
    const one = await insertBatchSkipping(session, plan, sliceBatch(batch, position, 1), version)
    count += one.count
    rowids.push(...one.rowids)
    for (const { error } of one.skipped) skipped.push({ position, error })
  }
  return { count, skipped, rowids }
}

async function skipTaken(
  session: Session,
  plan: WritePlan,
  batch: StagedBatch,
  version: number,
): Promise<SkippingResult> {
  const cells = batch.cells ?? batch.indexes.map(() => null)
  const bind = insertSkippingStatement(plan)
  const { rows } = await session.execute<RawRow>(bind(batchValues({ ...batch, cells }, {}, version)))
  const skipped: SkippedRow[] = []
  const rowids: string[] = []
  for (const [ordinal, written, rowid] of rows) {
    const position = Number(ordinal) - 1
    if (written === 'f') skipped.push({ position, error: undefined })
    else if (batch.cells?.[position]) rowids.push(String(rowid))
  }
  return { count: batch.indexes.length - skipped.length, skipped, rowids }
}
