import { link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StoredFile } from '../media-store.ts'
import { DirectorySync, syncDirectory } from './directory-sync.ts'
import { type FileCalls, WAITING_CALLS } from './file-calls.ts'
import { Staging } from './staging.ts'
import { errorCodeOf, unlessMissing } from './storage-error.ts'

export interface FileName {
  readonly sha256: string
  readonly ext: string
}

export interface StoredFilesOptions {
  readonly sync: boolean
  readonly calls?: FileCalls
  /** Whose staging files this thread writes: that of a main thread that has made the folders. @default its own */
  readonly writer?: string
}

const NAME = /^([0-9a-f]{64})\.([a-z0-9]{1,8})$/
const FOLDER = /^[0-9a-f]{2}$/

/**
 * The finished files: `<root>/ab/ab….ext`. A file's modification time is when it was last ingested.
 *
 * Removing and ingesting the same content need no lock between processes. Ingesting touches the file, and where there is none,
 * renames its own into place. Removing moves the file aside, and puts it back when it was touched meanwhile. Whichever comes
 * first, content that was ingested is there.
 */
export class StoredFiles {
  readonly root: string
  readonly staging: Staging
  readonly calls: FileCalls
  readonly #trash: string
  readonly #sync: DirectorySync | undefined
  readonly #folders = new Map<string, Promise<void>>()
  #ready: Promise<void> | undefined

  constructor(root: string, { sync, calls = WAITING_CALLS, writer }: StoredFilesOptions) {
    this.root = root
    this.calls = calls
    this.staging = new Staging(join(root, 'tmp'), writer)
    if (writer !== undefined) this.#ready = Promise.resolve()
    this.#trash = join(root, 'trash')
    this.#sync = sync ? new DirectorySync((directory) => syncDirectory(directory, calls)) : undefined
  }

  /** Makes the folders, durably, on first use. */
  ready(): Promise<void> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    return this.#ready
  }

  pathOf(name: FileName): string {
    return join(this.root, name.sha256.slice(0, 2), `${name.sha256}.${name.ext}`)
  }

  /** Marks a file as ingested now; its size, or undefined when there is none. */
  async touch(name: FileName): Promise<number | undefined> {
    const path = this.pathOf(name)
    const now = new Date()
    if ((await unlessMissing(this.calls.utimes(path, now, now).then(() => true))) === undefined) return undefined
    return (await unlessMissing(this.calls.stat(path)))?.size
  }

  async place(path: string, name: FileName): Promise<void> {
    await this.#folder(name)
    await this.calls.rename(path, this.pathOf(name))
  }

  /** After it, the file's name survives a crash. */
  async settle(name: FileName): Promise<void> {
    await this.#folder(name)
    await this.#sync?.sync(dirname(this.pathOf(name)))
  }

  /** Makes a folder durable, once in a process: where it is there already, another process may have made it just now. */
  #folder({ sha256 }: FileName): Promise<void> {
    const folder = sha256.slice(0, 2)
    const known = this.#folders.get(folder)
    if (known) return known
    const made = this.calls
      .mkdir(join(this.root, folder), { recursive: true })
      .then(() => this.#sync?.sync(this.root))
      .catch((error: unknown) => {
        this.#folders.delete(folder)
        throw error
      })
    this.#folders.set(folder, made)
    return made
  }

  get isSynced(): boolean {
    return this.#sync !== undefined
  }

  async *list(before: Date): AsyncGenerator<StoredFile> {
    await this.ready()
    await this.staging.clean()
    for (const folder of (await readdir(this.root)).filter((name) => FOLDER.test(name)))
      for (const name of (await unlessMissing(readdir(join(this.root, folder)))) ?? []) {
        const [, sha256, ext] = NAME.exec(name) ?? []
        if (sha256 === undefined || ext === undefined) continue
        const facts = await unlessMissing(stat(join(this.root, folder, name)))
        if (facts && facts.mtime < before) yield { sha256, ext, bytes: facts.size, lastSeen: facts.mtime }
      }
  }

  async remove(name: FileName, before: Date): Promise<boolean> {
    const path = this.pathOf(name)
    const aside = join(this.#trash, `${name.sha256}.${name.ext}`)
    const facts = await unlessMissing(stat(path))
    if (!facts) return true
    if (facts.mtime >= before) return false
    if ((await unlessMissing(rename(path, aside).then(() => true))) === undefined) return true
    return this.#discard(aside, path, before)
  }

  /** Ends a removal: a file that was touched meanwhile goes back. True when it is gone. */
  async #discard(aside: string, path: string, before: Date): Promise<boolean> {
    const facts = await unlessMissing(stat(aside))
    const isTouched = facts !== undefined && facts.mtime >= before
    if (isTouched) await this.#putBack(aside, path)
    else await rm(aside, { force: true })
    return !isTouched
  }

  async #putBack(aside: string, path: string): Promise<void> {
    await link(aside, path).catch((error: unknown) => {
      if (errorCodeOf(error) !== 'EEXIST' && errorCodeOf(error) !== 'ENOENT') throw error
    })
    await this.#sync?.sync(dirname(path))
    await rm(aside, { force: true })
  }

  /** Removals that a crash interrupted are undone: whether their content is needed is decided anew. */
  async #restore(): Promise<void> {
    for (const name of await readdir(this.#trash)) {
      const [, sha256, ext] = NAME.exec(name) ?? []
      if (sha256 === undefined || ext === undefined) continue
      await this.#folder({ sha256, ext })
      await this.#putBack(join(this.#trash, name), this.pathOf({ sha256, ext }))
    }
  }

  async #prepare(): Promise<void> {
    const first = await mkdir(this.root, { recursive: true })
    for (const path of [this.staging.directory, this.#trash]) await mkdir(path, { recursive: true })
    await this.staging.clean()
    await this.#restore()
    for (let path = this.root; first !== undefined && path.length >= first.length; path = dirname(path))
      await this.#sync?.sync(dirname(path))
  }
}
