import { CellarError } from '../errors/cellar-error.ts'
import type { Row } from '../schema/row-codec.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { columnsToRead, evaluateChanges } from './evaluate-changes.ts'
import type { StagedUpdate } from './guarded-update.ts'
import { ATTEMPTS, holdingRows, isCheap, Turn } from './moved-rows.ts'
import type { PreparedUpdate } from './prepared-update.ts'
import { readRows } from './stored-rows.ts'
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
  const work = new PendingUpdate(context, update, options)
  const { actor, label } = options
  const turn = new Turn()
  try {
    let moved: readonly string[] | undefined
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      await work.evaluate(moved)
      if (options.beforeWrite) await options.beforeWrite(work.rows())
      throwIfAborted(options.signal, plan)
      const result = await writeUpdates(context, update, { updates: work.updates(), inserts: [] }, { actor, label })
      if (result.moved.length === 0) return work.result(result)
      if (!options.beforeWrite && isCheap([change.cells], [...changes.nodes.values(), ...selection.filters])) {
        const waits = change.pending.length > 0
        return await holdingRows(context, { waits }, (held) => readAndUpdate(held, update, options))
      }
      moved = result.moved
      work.forget(moved)
      await turn.take(`${plan.table.sql.table} ${moved[0]}`, attempt)
    }
  } finally {
    turn.leave()
  }
  throw new CellarError('TRANSACTION_CONFLICT', { attempts: ATTEMPTS })
}

interface EvaluatedRow {
  readonly row: Row | undefined
  readonly errors: readonly WriteError[]
}

/** The evaluated rows of an update, by `_rowid`, until they are all written. */
class PendingUpdate {
  readonly #context: StoreContext
  readonly #update: PreparedUpdate
  readonly #options: UpdateOptions
  readonly #staged: StagedUpdate[] = []
  readonly #rows = new Map<string, EvaluatedRow>()

  constructor(context: StoreContext, update: PreparedUpdate, options: UpdateOptions) {
    this.#context = context
    this.#update = update
    this.#options = options
  }

  /** @param rowids only these; without it every row that matches */
  async evaluate(rowids: readonly string[] | undefined): Promise<void> {
    const { plan, change, changes, media, selection } = this.#update
    const { signal, onProgress } = this.#options
    const keep = this.#options.returnRows === true || this.#options.beforeWrite !== undefined
    const columns = keep ? plan.columns : columnsToRead(plan, change, changes.nodes)
    const read = { columns, selection, ...(rowids ? { rowids } : {}), ...(signal ? { signal } : {}) }
    for await (const stored of readRows(this.#context, plan, read)) {
      throwIfAborted(signal, plan)
      const first = this.#rows.size
      const indexes = stored.map((_, position) => first + position)
      const input = { plan, change, values: changes.values, nodes: changes.nodes, media, indexes }
      const result = await evaluateChanges(this.#context, input, stored, this.#options)
      this.#staged.push(result.update)
      for (const [position, { rowid }] of stored.entries()) {
        const errors = result.failures.filter((failure) => failure.index === position)
        this.#rows.set(rowid, { row: keep ? result.rows[position] : undefined, errors })
      }
      onProgress?.({ done: this.#rows.size })
    }
  }

  /** Leaves out rows that have to be evaluated again, or are gone. */
  forget(rowids: readonly string[]): void {
    const moved = new Set(rowids)
    for (const rowid of rowids) this.#rows.delete(rowid)
    for (const [place, update] of this.#staged.entries()) this.#staged[place] = withoutRows(update, moved)
  }

  result({ count, version }: { readonly count: number; readonly version: number }): WriteResult {
    return { count, version, rows: this.#options.returnRows ? this.rows() : [], errors: this.errors() }
  }

  updates(): readonly StagedUpdate[] {
    return this.#staged.filter((update) => update.rowids.length > 0)
  }

  rows(): Row[] {
    return this.#ordered().flatMap(({ row }) => (row ? [row] : []))
  }

  errors(): WriteError[] {
    return this.#ordered().flatMap(({ errors }, index) =>
      errors.map(({ column, code, message, retryable }) => ({
        index,
        ...(column === undefined ? {} : { column }),
        code,
        message,
        retryable,
      })),
    )
  }

  #ordered(): EvaluatedRow[] {
    const entries = [...this.#rows].sort(([a], [b]) => Number(BigInt(a) - BigInt(b)))
    return entries.map(([, row]) => row)
  }
}

export function withoutRows(update: StagedUpdate, rowids: ReadonlySet<string>): StagedUpdate {
  if (!update.rowids.some((rowid) => rowids.has(rowid))) return update
  const kept = update.rowids
    .map((_, position) => position)
    .filter((position) => !rowids.has(update.rowids[position] ?? ''))
  const pick = <T>(list: readonly T[]) => kept.map((position) => list[position] as T)
  return {
    ...update,
    indexes: pick(update.indexes),
    rowids: pick(update.rowids),
    xmins: pick(update.xmins),
    values: update.values.map(pick),
    cells: update.cells && pick(update.cells),
  }
}
