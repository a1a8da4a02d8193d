import type { ChangePlan } from './change-plan.ts'
import type { StagedUpdate } from './guarded-update.ts'
import { SpillFile } from './spill-file.ts'
import { batchBytes } from './staged-batch.ts'

/** Bytes of evaluated rows that are kept in memory; what comes after goes to a file. */
const MEMORY_LIMIT = 48 * 1024 * 1024

/** Evaluated rows that wait for the transaction that writes them; may be read again. */
export interface UpdateSource {
  readonly batches: number
  read(): AsyncIterable<StagedUpdate>
}

export function updatesOf(updates: readonly StagedUpdate[]): UpdateSource {
  return {
    batches: updates.length,
    async *read() {
      yield* updates
    },
  }
}

type Stored = Omit<StagedUpdate, 'change'>

/** All rows of one change; those that have to be evaluated again are left out when they are read. */
export class UpdateStaging implements UpdateSource, AsyncDisposable {
  readonly #change: ChangePlan
  readonly #path: () => Promise<string>
  readonly #kept: Stored[] = []
  /** Rows that were forgotten, each with the number of batches that were there then. */
  readonly #forgotten: { readonly before: number; readonly rowids: ReadonlySet<string> }[] = []
  #spill: SpillFile<Stored> | undefined
  #bytes = 0
  #batches = 0

  /** @param path gives a file name on the disk of the home when memory does not suffice */
  constructor(change: ChangePlan, path: () => Promise<string>) {
    this.#change = change
    this.#path = path
  }

  get batches(): number {
    return this.#batches
  }

  async add({ change: _, ...update }: StagedUpdate): Promise<void> {
    this.#batches += 1
    if (this.#spill) return this.#spill.write(update)
    this.#bytes += batchBytes(update)
    this.#kept.push(update)
    if (this.#bytes > MEMORY_LIMIT) this.#spill = await SpillFile.create<Stored>(await this.#path())
  }

  forget(rowids: Iterable<string>): void {
    this.#forgotten.push({ before: this.#batches, rowids: new Set(rowids) })
  }

  async *read(): AsyncGenerator<StagedUpdate, void, undefined> {
    let number = 0
    for await (const stored of this.#all()) {
      number += 1
      let update: StagedUpdate = { ...stored, change: this.#change }
      for (const { before, rowids } of this.#forgotten) if (number <= before) update = withoutRows(update, rowids)
      if (update.rowids.length > 0) yield update
    }
  }

  async *#all(): AsyncGenerator<Stored, void, undefined> {
    yield* this.#kept
    if (this.#spill) yield* this.#spill.read()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spill?.remove()
  }
}

export function withoutRows(update: StagedUpdate, rowids: ReadonlySet<string>): StagedUpdate {
  const kept = update.rowids.flatMap((rowid, position) => (rowids.has(rowid) ? [] : [position]))
  if (kept.length === update.rowids.length) return update
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
