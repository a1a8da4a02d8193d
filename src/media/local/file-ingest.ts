import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { StoredMedia } from '../stored-media.ts'
import { ingestFile } from './ingest-file.ts'
import { takeKnownContent } from './known-content.ts'
import type { StoredFiles } from './stored-files.ts'
import { FileThread } from './threads/file-thread.ts'
import type { UploadLimits } from './upload.ts'

/** Bytes of a file that takes longer to hash and to write than to hand over. */
const LARGE = 256 * 1024
/** Starting a thread takes as long as a few large files. */
const FILES_BEFORE_THREAD = 4

/**
 * Stores files by path: here, until there have been some large ones, then in a thread, which leaves this one to whoever
 * else has work, and spares the many handovers that asynchronous calls of the file system are.
 */
export class FileIngest {
  readonly #files: StoredFiles
  #thread: FileThread | undefined
  #large = 0

  constructor(files: StoredFiles) {
    this.#files = files
  }

  async ingest(path: string, limits: UploadLimits): Promise<StoredMedia> {
    const whole = resolve(path)
    const known = this.#files.staging.owns(whole) ? takeKnownContent(whole) : undefined
    const input = { path, known }
    if (this.#thread?.state === 'ready') await this.#files.ready()
    // It may have ended meanwhile, and would answer nobody.
    if (this.#thread?.state !== 'ready') {
      if ((known?.bytes ?? (await sizeOf(path))) >= LARGE) this.#expectMore()
      return ingestFile(this.#files, input, limits)
    }
    return this.#thread.store(input, limits)
  }

  async close(): Promise<void> {
    await this.#thread?.close()
  }

  #expectMore(): void {
    this.#large += 1
    // One that ended by itself is broken, and would be again.
    if (this.#large <= FILES_BEFORE_THREAD || this.#thread) return
    this.#thread = new FileThread({
      root: this.#files.root,
      sync: this.#files.isSynced,
      writer: this.#files.staging.writer,
    })
  }
}

/** Zero when there is no such file: what reads it says why. */
function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (facts) => facts.size,
    () => 0,
  )
}
