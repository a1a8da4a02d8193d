import { SpillFile } from './spill-file.ts'
import { batchBytes, type StagedBatch } from './staged-batch.ts'

/** Bytes of staged rows that are kept in memory; what comes after goes to a file. */
const MEMORY_LIMIT = 48 * 1024 * 1024

/**
 * Rows that were evaluated and wait for the one transaction that writes them all: so a call is atomic whatever its
 * length, no transaction is open while functions run, and memory stays bounded.
 */
export class Staging implements AsyncDisposable {
  readonly #path: () => Promise<string>
  readonly #kept: StagedBatch[] = []
  #bytes = 0
  #spill: SpillFile<StagedBatch> | undefined
  #rows = 0
  #batches = 0

  /** @param path gives a file name on the disk of the home when memory does not suffice */
  constructor(path: () => Promise<string>) {
    this.#path = path
  }

  get rows(): number {
    return this.#rows
  }

  get batches(): number {
    return this.#batches
  }

  async add(batch: StagedBatch): Promise<void> {
    if (batch.indexes.length === 0) return
    this.#rows += batch.indexes.length
    this.#batches += 1
    if (this.#spill) return this.#spill.write(batch)
    this.#bytes += batchBytes(batch)
    this.#kept.push(batch)
    if (this.#bytes > MEMORY_LIMIT) this.#spill = await SpillFile.create<StagedBatch>(await this.#path())
  }

  /** All batches in the order in which they were added; may be read again. */
  async *read(): AsyncGenerator<StagedBatch, void, undefined> {
    yield* this.#kept
    if (this.#spill) yield* this.#spill.read()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spill?.remove()
  }
}
