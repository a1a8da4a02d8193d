import { createHash } from 'node:crypto'
import { CellarError } from '../../errors/cellar-error.ts'
import type { UploadSink } from '../media-store.ts'
import { HEAD_BYTES } from '../sniff/sniff.ts'
import { Utf8Check } from '../sniff/utf8-check.ts'
import type { StoredMedia } from '../stored-media.ts'
import { type CheckOptions, checkHead, commitDraft } from './commit.ts'
import { ChunkDraft } from './draft.ts'
import { toStorageError } from './storage-error.ts'
import type { StoredFiles } from './stored-files.ts'

export interface UploadLimits extends CheckOptions {
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
}

/** Below that, content stays in memory until it is known whether the store has it already. */
const KEPT_IN_MEMORY = 256 * 1024

/**
 * States: open → (finished | failed). `write` and `finish` belong to open; the first failure, an abort included, removes
 * what was written, and every later call rejects with it.
 */
export class Upload implements UploadSink {
  readonly #files: StoredFiles
  readonly #limits: UploadLimits
  readonly #draft: ChunkDraft
  readonly #hash = createHash('sha256')
  readonly #text = new Utf8Check()
  readonly #onAbort = () => void this.abort()
  #head: Buffer | undefined = Buffer.alloc(0)
  #queue: Promise<unknown> = Promise.resolve()
  #failure: unknown
  #state: 'open' | 'finished' | 'failed' = 'open'

  constructor(files: StoredFiles, limits: UploadLimits, memory = { keep: KEPT_IN_MEMORY, owned: false }) {
    this.#files = files
    this.#limits = limits
    this.#draft = new ChunkDraft(files, memory)
    limits.signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (limits.signal?.aborted) this.#onAbort()
  }

  /** The chunk must not change until the promise resolves. */
  write(chunk: Uint8Array): Promise<void> {
    return this.#enqueue(() => this.#take(chunk))
  }

  finish(): Promise<StoredMedia> {
    return this.#enqueue(async () => {
      if (this.#head) checkHead(this.#head, this.#limits.kind)
      this.#head = undefined
      const content = { sha256: this.#hash.digest('hex'), isText: this.#text.isText(), ...this.#limits }
      const stored = await commitDraft(this.#files, this.#draft, content)
      this.#state = 'finished'
      this.#limits.signal?.removeEventListener('abort', this.#onAbort)
      return stored
    })
  }

  async abort(): Promise<void> {
    await this.#enqueue(async () => {
      throw new CellarError('ABORTED', { subject: 'The upload' })
    }).catch(() => undefined)
  }

  async #take(chunk: Uint8Array): Promise<void> {
    if (this.#draft.size + chunk.length > this.#limits.maxBytes)
      throw new CellarError('MEDIA_TOO_LARGE', { limit: this.#limits.maxBytes })
    this.#hash.update(chunk)
    this.#text.add(chunk)
    if (this.#head) {
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEAD_BYTES)])
      if (this.#head.length >= HEAD_BYTES) {
        checkHead(this.#head, this.#limits.kind)
        this.#head = undefined
      }
    }
    await this.#draft.write(chunk)
  }

  /** One step at a time, in the order of the calls. */
  #enqueue<T>(step: () => Promise<T>): Promise<T> {
    const run = async () => {
      if (this.#state === 'failed') throw this.#failure
      if (this.#state === 'finished') throw new CellarError('CLOSED', { subject: 'The upload' })
      try {
        return await step()
      } catch (error) {
        throw await this.#fail(error)
      }
    }
    const result = this.#queue.then(run)
    this.#queue = result.catch(() => undefined)
    return result
  }

  async #fail(error: unknown): Promise<unknown> {
    this.#state = 'failed'
    this.#failure = toStorageError(error)
    this.#limits.signal?.removeEventListener('abort', this.#onAbort)
    await this.#draft.discard().catch(() => undefined)
    return this.#failure
  }
}
