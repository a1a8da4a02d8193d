import { type ByteSource, bytesSource, fileSource } from '../byte-source.ts'
import type { OpenFile } from './file-calls.ts'
import type { StoredFiles } from './stored-files.ts'
import { writeAll } from './write-all.ts'

/** Content that is not in the store yet: in memory while it is small, else in the staging folder. */
export interface Draft {
  readonly size: number
  source(): ByteSource
  /** The path of a file with the content, synced. */
  seal(): Promise<string>
  /** Removes the file, if there is one. */
  discard(): Promise<void>
}

/** A file of the staging folder that somebody else wrote. */
export async function fileDraft(files: StoredFiles, path: string): Promise<Draft> {
  const file = await files.calls.open(path, 'r')
  const { size } = await file.stat()
  return {
    size,
    source: () => fileSource(file, size),
    async seal() {
      if (files.isSynced) await file.sync()
      await file.close()
      return path
    },
    async discard() {
      await file.close()
      await files.calls.rm(path, { force: true })
    },
  }
}

/** Content that arrives in chunks. */
export class ChunkDraft implements Draft {
  readonly #files: StoredFiles
  readonly #keep: number
  readonly #isOwned: boolean
  #held: Uint8Array[] = []
  #heldBytes = 0
  #file: OpenFile | undefined
  #path: string | undefined
  #size = 0

  /** `keep`: bytes that are held in memory before a file is made, as a copy unless they are `owned`. */
  constructor(files: StoredFiles, options: { readonly keep: number; readonly owned: boolean }) {
    this.#files = files
    this.#keep = options.keep
    this.#isOwned = options.owned
  }

  get size(): number {
    return this.#size
  }

  async write(chunk: Uint8Array): Promise<void> {
    const isHeld = !this.#file && this.#heldBytes + chunk.length <= this.#keep
    this.#size += chunk.length
    this.#heldBytes += chunk.length
    this.#held.push(isHeld && !this.#isOwned ? Buffer.from(chunk) : chunk)
    if (!isHeld) await this.#flush()
  }

  /** Only what is held in memory, while there is no file. */
  source(): ByteSource {
    return this.#file ? fileSource(this.#file, this.#size) : bytesSource(Buffer.concat(this.#held))
  }

  async seal(): Promise<string> {
    const file = await this.#flush()
    if (this.#files.isSynced) await file.sync()
    this.#file = undefined
    await file.close()
    return this.#path ?? ''
  }

  async discard(): Promise<void> {
    this.#held = []
    const file = this.#file
    this.#file = undefined
    await file?.close()
    if (this.#path !== undefined) await this.#files.calls.rm(this.#path, { force: true })
  }

  async #flush(): Promise<OpenFile> {
    const file = this.#file ?? (await this.#create())
    const position = this.#size - this.#heldBytes
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    let written = position
    for (const chunk of held) {
      await writeAll(file, chunk, written)
      written += chunk.length
    }
    return file
  }

  async #create(): Promise<OpenFile> {
    await this.#files.ready()
    this.#path = this.#files.staging.newPath()
    this.#file = await this.#files.calls.open(this.#path, 'wx+')
    return this.#file
  }
}
