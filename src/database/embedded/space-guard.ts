import fs from 'node:fs'
import { frames } from './frames.ts'

/** Bytes. Postgres stops dead when it cannot extend its log, so that writing is refused while there is still some room for it. */
const RESERVE = 8 * 1024 * 1024
/** Milliseconds between looks. */
const INTERVAL = 100

const ERROR_RESPONSE = 0x45
const READ_ONLY_TRANSACTION = Buffer.from('C25006\0')
const DISK_FULL = Buffer.from('C53100\0')

/** Watches the free space of the disk that a database lies on. */
export class SpaceGuard {
  readonly #directory: string
  #lookedAt = 0
  #low = false

  constructor(directory: string) {
    this.#directory = directory
  }

  get low(): boolean {
    return this.#low
  }

  /** The setting that transactions need from now on; undefined when nothing has to be said. */
  look(): 'on' | 'off' | undefined {
    const now = performance.now()
    if (now - this.#lookedAt < INTERVAL) return undefined
    this.#lookedAt = now
    const wasLow = this.#low
    this.#low = isSpaceLow(this.#directory)
    // Said again while it lasts, since DISCARD ALL forgets it.
    if (this.#low) return 'on'
    return wasLow ? 'off' : undefined
  }

  /** Tells the client the reason instead of the means: 25006 becomes 53100. */
  explain(answer: Uint8Array): void {
    for (const { type, start, end } of frames(answer)) {
      if (type !== ERROR_RESPONSE) continue
      const at = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).indexOf(READ_ONLY_TRANSACTION, start)
      if (at >= start && at < end) answer.set(DISK_FULL, at)
    }
  }
}

export function isSpaceLow(directory: string): boolean {
  try {
    const { bavail, bsize } = fs.statfsSync(directory)
    return bavail * bsize < RESERVE
  } catch {
    return false
  }
}
