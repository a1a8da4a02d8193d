import type { FileCalls } from './file-calls.ts'

/**
 * Syncs directories so that renames inside them survive a crash. Callers that come while a sync of the directory is
 * running share the next one: the running one may have begun before their rename.
 */
export class DirectorySync {
  readonly #syncOne: (directory: string) => Promise<void>
  readonly #running = new Map<string, Promise<void>>()
  readonly #waiting = new Map<string, Promise<void>>()

  constructor(syncOne: (directory: string) => Promise<void>) {
    this.#syncOne = syncOne
  }

  sync(directory: string): Promise<void> {
    const running = this.#running.get(directory)
    if (!running) return this.#start(directory)
    const waiting = this.#waiting.get(directory)
    if (waiting) return waiting
    const next = running
      .catch(() => undefined)
      .then(() => {
        this.#waiting.delete(directory)
        return this.#start(directory)
      })
    this.#waiting.set(directory, next)
    return next
  }

  #start(directory: string): Promise<void> {
    const work = this.#syncOne(directory).finally(() => {
      if (this.#running.get(directory) === work) this.#running.delete(directory)
    })
    this.#running.set(directory, work)
    return work
  }
}

export async function syncDirectory(directory: string, calls: FileCalls): Promise<void> {
  // Windows has no handle for that; its file system journals renames itself.
  if (process.platform === 'win32') return
  const handle = await calls.open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
