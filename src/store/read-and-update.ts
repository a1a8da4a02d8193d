import { CellarError } from '../errors/cellar-error.ts'
import type { Row } from '../schema/row-codec.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { columnsToRead, evaluateChanges } from './evaluate-changes.ts'
import { ATTEMPTS, holdingRows, isCheap, type MovedRow, Turn } from './moved-rows.ts'
import type { PreparedUpdate } from './prepared-update.ts'
import { readRows } from './stored-rows.ts'
import { UpdateStaging } from './update-staging.ts'
import type { UpdateOptions } from './write-options.ts'
import type { WriteError, WriteResult } from './write-result.ts'
import { writeUpdates } from './write-updates.ts'

/** An update that has to know the rows: reads, evaluates, writes what has not moved meanwhile, and repeats the rest. */
export async function readAndUpdate(
  context: StoreContext,
  update: PreparedUpdate,
  options: UpdateOptions,
): Promise<WriteResult> {
  const { plan, change, changes, selection } = update
  await using staging = new UpdateStaging(change, () => context.media.scratch())
  const work = new PendingUpdate(context, update, options, staging)
  const turn = new Turn()
  try {
    let moved: readonly MovedRow[] | undefined
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      await work.evaluate(moved)
      if (options.beforeWrite) await options.beforeWrite(work.rows())
      throwIfAborted(options.signal, plan)
      const result = await writeUpdates(context, plan, { updates: staging, inserts: [] }, options)
      if (result.moved.length === 0) return work.result(result)
      if (!options.beforeWrite && isCheap([change.cells], [...changes.nodes.values(), ...selection.filters])) {
        const waits = change.pending.length > 0
        return await holdingRows(context, { waits }, (held) => readAndUpdate(held, update, options))
      }
      moved = result.moved
      work.forget(moved)
      await turn.take(`${plan.table.sql.table} ${moved[0]?.rowid}`, attempt)
    }
  } finally {
    turn.leave()
  }
  throw new CellarError('TRANSACTION_CONFLICT', { attempts: ATTEMPTS })
}

/** The rows of an update until they are all written. */
class PendingUpdate {
  readonly #context: StoreContext
  readonly #update: PreparedUpdate
  readonly #options: UpdateOptions
  readonly #staging: UpdateStaging
  /** By position among the rows that matched; only when they are wanted. */
  readonly #rows = new Map<number, Row>()
  readonly #errors = new Map<number, WriteError[]>()
  #matched = 0

  constructor(context: StoreContext, update: PreparedUpdate, options: UpdateOptions, staging: UpdateStaging) {
    this.#context = context
    this.#update = update
    this.#options = options
    this.#staging = staging
  }

  /** @param again only these rows; without them every row that matches */
  async evaluate(again: readonly MovedRow[] | undefined): Promise<void> {
    const { plan, change, changes, media, selection } = this.#update
    const { signal, onProgress, returnRows, beforeWrite } = this.#options
    const keep = returnRows === true || beforeWrite !== undefined
    const columns = keep ? plan.columns : columnsToRead(plan, change, changes.nodes)
    const rowids = again?.map(({ rowid }) => rowid)
    const places = new Map(again?.map(({ rowid, index }) => [rowid, index]))
    const read = { columns, selection, ...(rowids ? { rowids } : {}), ...(signal ? { signal } : {}) }
    for await (const stored of readRows(this.#context, plan, read)) {
      throwIfAborted(signal, plan)
      const indexes = stored.map(({ rowid }) => places.get(rowid) ?? this.#matched++)
      const input = { plan, change, values: changes.values, nodes: changes.nodes, media, indexes }
      const result = await evaluateChanges(this.#context, input, stored, this.#options)
      await this.#staging.add(result.update)
      if (keep) for (const [position, row] of result.rows.entries()) this.#rows.set(indexes[position] as number, row)
      for (const { index: position, column, code, message, retryable } of result.failures) {
        const index = indexes[position] as number
        this.#errors.set(index, [...(this.#errors.get(index) ?? []), { index, column, code, message, retryable }])
      }
      onProgress?.({ done: this.#matched })
    }
  }

  /** Leaves out rows that have to be evaluated again, or are gone. */
  forget(moved: readonly MovedRow[]): void {
    this.#staging.forget(moved.map(({ rowid }) => rowid))
    for (const { index } of moved) {
      this.#rows.delete(index)
      this.#errors.delete(index)
    }
  }

  rows(): Row[] {
    return [...this.#rows].sort(([a], [b]) => a - b).map(([, row]) => row)
  }

  result({ count, version }: { readonly count: number; readonly version: number }): WriteResult {
    const errors = [...this.#errors.values()].flat().sort((a, b) => a.index - b.index)
    return { count, version, rows: this.#options.returnRows ? this.rows() : [], errors }
  }
}
