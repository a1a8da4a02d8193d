import type { Session } from '../database/database.ts'
import { CellarError, isCellarError } from '../errors/cellar-error.ts'
import type { Row } from '../schema/row-codec.ts'
import { throwIfAborted } from './aborted.ts'
import { type BatchUpdate, type BatchUpdated, type KeyedWriteOptions, missingRow, rowsInOrder } from './batch-update.ts'
import { cellStates, cellsText } from './cells.ts'
import type { StoreContext } from './context.ts'
import { evaluateChanges } from './evaluate-changes.ts'
import type { StagedUpdate } from './guarded-update.ts'
import type { KeyedChange } from './keyed-change.ts'
import { ATTEMPTS, holdingRows, isCheap, Turn } from './moved-rows.ts'
import { prepareRows } from './prepare-rows.ts'
import { encodeRows, mediaOf, type StagedBatch } from './staged-batch.ts'
import { readByKeys } from './stored-keys.ts'
import type { StoredRow } from './stored-rows.ts'
import { updatesOf, withoutRows } from './update-staging.ts'
import type { WriteError } from './write-result.ts'
import { isKeyTaken, type WrittenUpdates, writeUpdates } from './write-updates.ts'

/** A batch update that has to know its rows: reads them, evaluates, writes what has not moved, and repeats the rest. */
export async function readAndBatchUpdate(
  context: StoreContext,
  batch: BatchUpdate,
  options: KeyedWriteOptions,
): Promise<BatchUpdated> {
  const { plan, changes } = batch
  const { actor, label, beforeWrite, onInvalid } = options
  let work = new PendingBatch(context, batch, options)
  const { alongside: finish } = options
  const alongside = finish && ((session: Session, written: WrittenUpdates) => finish(session, work.result(written)))
  const turn = new Turn()
  try {
    let left = changes
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      await work.evaluate(left)
      if (beforeWrite) await beforeWrite(rowsInOrder(work.rows()))
      throwIfAborted(options.signal, plan)
      const writes = { updates: updatesOf(work.updates()), inserts: work.inserts() }
      const author = { actor, label, onInvalid, listed: true, alongside }
      const result = await writeUpdates(context, plan, writes, author).catch((error: unknown) => {
        // Somebody was quicker with the same new key: next time there is a row to update.
        if (work.inserts().length > 0 && !context.session && isCellarError(error) && isKeyTaken(plan, error.cause)) {
          return undefined
        }
        throw error
      })
      if (result && result.moved.length === 0) return work.result(result)
      const plans = [
        ...changes.map(({ change }) => change.cells),
        ...(options.ifMissing === 'insert' ? [plan.eager] : []),
      ]
      if (result && !beforeWrite && isCheap(plans, [])) {
        const written = await batchUpdateHolding(context, batch, options)
        if (written) return written
        work = new PendingBatch(context, batch, options)
        left = changes
      } else left = work.forget(result?.moved.map(({ rowid }) => rowid))
      await turn.take(`${plan.table.sql.table} ${result?.moved[0]?.rowid ?? ''}`, attempt)
    }
  } finally {
    turn.leave()
  }
  throw new CellarError('TRANSACTION_CONFLICT', { attempts: ATTEMPTS })
}

/** Undefined when somebody inserted one of the new keys, which cannot be held: next time there is a row to update. */
async function batchUpdateHolding(
  context: StoreContext,
  batch: BatchUpdate,
  options: KeyedWriteOptions,
): Promise<BatchUpdated | undefined> {
  const { plan, changes } = batch
  const waits = plan.pending.length > 0 || changes.some(({ change }) => change.pending.length > 0)
  try {
    return await holdingRows(context, { waits }, (held) => readAndBatchUpdate(held, batch, options))
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (options.ifMissing === 'insert' && !context.session && isKeyTaken(plan, cause)) return undefined
    throw error
  }
}

interface Evaluated {
  readonly change: KeyedChange
  readonly rowid: string | undefined
  readonly row: Row | undefined
  readonly errors: readonly WriteError[]
}

/** The evaluated rows of a batch update, by position in the input, until they are all written. */
class PendingBatch {
  readonly #context: StoreContext
  readonly #batch: BatchUpdate
  readonly #options: KeyedWriteOptions
  readonly #evaluated = new Map<number, Evaluated>()
  readonly #missing: WriteError[] = []
  #updates: StagedUpdate[] = []
  #inserts: StagedBatch[] = []

  constructor(context: StoreContext, batch: BatchUpdate, options: KeyedWriteOptions) {
    this.#context = context
    this.#batch = batch
    this.#options = options
  }

  async evaluate(changes: readonly KeyedChange[]): Promise<void> {
    const { plan } = this.#batch
    const stored = await readByKeys(this.#context, plan, changes, plan.columns)
    const found = changes.flatMap((change, position) => {
      const row = stored.get(position)
      if (row) this.#options.accept?.(row.row)
      return row ? [{ change, row }] : []
    })
    for (const group of groupByChange(found)) await this.#evaluateGroup(group)
    await this.#handleMissing(changes.filter((_, position) => !stored.has(position)))
  }

  async #evaluateGroup(group: readonly Found[]): Promise<void> {
    const [first] = group
    if (first === undefined) return
    const { plan } = this.#batch
    const { change } = first.change
    const input = {
      plan,
      change,
      values: group.map((item) => item.change.values),
      nodes: new Map(),
      media: group.flatMap((item) => item.change.media),
      indexes: group.map((item) => item.change.index),
    }
    const result = await evaluateChanges(
      this.#context,
      input,
      group.map(({ row }) => row),
      this.#options,
    )
    if (change.set.length > 0) this.#updates.push(result.update)
    for (const [position, item] of group.entries()) {
      const errors = result.failures
        .filter((failure) => failure.index === position)
        .map(({ column, code, message, retryable }) => ({ index: item.change.index, column, code, message, retryable }))
      this.#evaluated.set(item.change.index, {
        change: item.change,
        rowid: item.row.rowid,
        row: result.rows[position],
        errors,
      })
    }
  }

  async #handleMissing(missing: readonly KeyedChange[]): Promise<void> {
    const { plan } = this.#batch
    const { ifMissing = 'error', onInvalid } = this.#options
    if (missing.length === 0 || ifMissing === 'ignore') return
    if (ifMissing === 'insert' && !this.#options.accept) return this.#insertMissing(missing)
    for (const change of missing) {
      const error = missingRow(plan, change)
      if (onInvalid !== 'skip') throw error
      const { code, message, retryable } = error
      this.#missing.push({ index: change.index, code, message, retryable })
    }
  }

  async #insertMissing(missing: readonly KeyedChange[]): Promise<void> {
    const { plan } = this.#batch
    // Values and media were looked at before, defaults and missing values were not.
    const inputs = missing.map(({ key, values }) => ({ ...key, ...values }))
    const options = { ...this.#options, validated: true, cells: plan.eager, start: 0 }
    const prepared = await prepareRows(this.#context, plan, inputs, options)
    const places = prepared.indexes.map((at) => missing[at] as KeyedChange)
    for (const error of prepared.invalid) {
      this.#missing.push({ ...error, index: missing[error.index]?.index ?? error.index })
    }
    const states = cellStates(prepared.rows.length, prepared.failures, plan.pending)
    if (prepared.rows.length > 0) {
      this.#inserts.push({
        indexes: places.map(({ index }) => index),
        values: encodeRows(plan.stored, prepared.rows),
        cells: states?.map(cellsText),
        media: [...missing.flatMap(({ media }) => media), ...mediaOf(prepared.media)],
      })
    }
    for (const [position, change] of places.entries()) {
      const errors = prepared.failures
        .filter((failure) => failure.index === position)
        .map(({ column, code, message, retryable }) => ({ index: change.index, column, code, message, retryable }))
      this.#evaluated.set(change.index, { change, rowid: undefined, row: prepared.rows[position], errors })
    }
  }

  /** Gives the changes that have to be evaluated again; without row ids, those that were to be inserted. */
  forget(rowids: readonly string[] | undefined): readonly KeyedChange[] {
    const moved = new Set(rowids)
    const again = [...this.#evaluated.values()].filter(({ rowid }) =>
      rowids === undefined ? rowid === undefined : rowid !== undefined && moved.has(rowid),
    )
    for (const { change } of again) this.#evaluated.delete(change.index)
    if (rowids === undefined) this.#inserts = []
    this.#updates = this.#updates.map((update) => withoutRows(update, moved))
    return again.map(({ change }) => change)
  }

  updates(): readonly StagedUpdate[] {
    return this.#updates.filter((update) => update.rowids.length > 0)
  }

  inserts(): readonly StagedBatch[] {
    return this.#inserts
  }

  rows(): ReadonlyMap<number, Row> {
    return new Map([...this.#evaluated].flatMap(([index, { row }]) => (row ? [[index, row] as const] : [])))
  }

  /** What was written, and what is wrong with rows, those that the database refused included. */
  result({ count, version, refused }: WrittenUpdates): BatchUpdated {
    const left = new Set(refused.map(({ index }) => index))
    const rows = new Map([...this.rows()].filter(([index]) => !left.has(index)))
    const failed = [...this.#evaluated].flatMap(([index, { errors }]) => (left.has(index) ? [] : errors))
    return { count, version, rows, errors: [...this.#missing, ...failed, ...refused] }
  }
}

interface Found {
  readonly change: KeyedChange
  readonly row: StoredRow
}

function groupByChange(found: readonly Found[]): Found[][] {
  return [...Map.groupBy(found, ({ change }) => change.change).values()]
}
