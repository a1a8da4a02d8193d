import * as blocking from 'node:fs'
import * as waiting from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'

export interface OpenFile {
  read(buffer: Buffer, offset: number, length: number, position: number | null): Promise<{ readonly bytesRead: number }>
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesWritten: number }>
  stat(): Promise<{ readonly size: number }>
  sync(): Promise<void>
  /** Does nothing the second time. */
  close(): Promise<void>
}

/** What storing a file asks of the file system. */
export interface FileCalls {
  open(path: string, flags: string): Promise<OpenFile>
  stat(path: string): Promise<{ readonly size: number; isFile(): boolean }>
  utimes(path: string, accessed: Date, modified: Date): Promise<void>
  mkdir(path: string, options: { readonly recursive: true }): Promise<string | undefined>
  rename(from: string, to: string): Promise<void>
  rm(path: string, options: { readonly force: true }): Promise<void>
}

/** Calls that another thread makes: what the main thread has to use. */
export const WAITING_CALLS: FileCalls = waiting

/**
 * Calls that are over when they return, for a thread that has nothing else to do: handing each to another thread and
 * being woken by it costs more than most of them take. Only syncs are waited for, since disks do several at once.
 */
export const BLOCKING_CALLS: FileCalls = {
  open: async (path, flags) => new BlockingFile(blocking.openSync(path, flags)),
  stat: async (path) => blocking.statSync(path),
  utimes: async (path, accessed, modified) => blocking.utimesSync(path, accessed, modified),
  mkdir: async (path, options) => blocking.mkdirSync(path, options),
  rename: async (from, to) => blocking.renameSync(from, to),
  rm: async (path, options) => blocking.rmSync(path, options),
}

const sync = promisify(blocking.fsync)

/** Reads of a large file after which other files and aborts have their turn. */
const READS_IN_A_ROW = 8

class BlockingFile implements OpenFile {
  #descriptor: number | undefined
  #reads = 0

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  async read(buffer: Buffer, offset: number, length: number, position: number | null) {
    this.#reads += 1
    if (this.#reads % READS_IN_A_ROW === 0) await setImmediate()
    return { bytesRead: blocking.readSync(this.#open, buffer, offset, length, position) }
  }

  async write(bytes: Uint8Array, offset: number, length: number, position: number) {
    return { bytesWritten: blocking.writeSync(this.#open, bytes, offset, length, position) }
  }

  async stat() {
    return blocking.fstatSync(this.#open)
  }

  async sync() {
    await sync(this.#open)
  }

  async close() {
    const descriptor = this.#descriptor
    // Closed twice, the number might be that of a file of another thread.
    this.#descriptor = undefined
    if (descriptor !== undefined) blocking.closeSync(descriptor)
  }

  /** No file has the number -1. */
  get #open(): number {
    return this.#descriptor ?? -1
  }
}
