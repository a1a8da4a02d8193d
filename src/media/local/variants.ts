import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Variant } from '../media-store.ts'
import { mediaTypeOf } from '../media-types.ts'
import { takeKnownContent } from './known-content.ts'
import { readPart } from './read-part.ts'
import { errorCodeOf, unlessMissing } from './storage-error.ts'
import type { FileName, StoredFiles } from './stored-files.ts'

const ORIGINAL = /^([0-9a-f]{64})\.([a-z0-9]{1,8})$/
const NAME = /^([0-9a-f]+)\.([0-9a-f]{64})\.([a-z0-9]{1,8})$/
/** A file's modification time is when it was last looked for, no more precisely than this. */
const TOUCH_AFTER_MS = 24 * 3_600_000

/**
 * Files made from stored ones: `variants/ab/ab….png/<recipe>.<sha256>.webp` below the root. The hash of the content is part
 * of the name, so that it is known without reading the file, and two processes that make the same one do no harm.
 */
export class Variants {
  readonly #files: StoredFiles
  readonly #root: string

  constructor(files: StoredFiles) {
    this.#files = files
    this.#root = join(files.root, 'variants')
  }

  async find(original: FileName, recipe: string): Promise<Variant | undefined> {
    const folder = this.#folder(original)
    const names = ((await unlessMissing(readdir(folder))) ?? []).filter((name) => NAME.exec(name)?.[1] === recipe)
    for (const name of names.sort()) {
      const path = join(folder, name)
      const facts = await unlessMissing(stat(path))
      if (!facts) continue
      const now = new Date()
      const isOld = now.getTime() - facts.mtimeMs > TOUCH_AFTER_MS
      if (isOld && (await unlessMissing(utimes(path, now, now).then(() => true))) === undefined) continue
      return variantAt(path, name, facts.size)
    }
    return undefined
  }

  async keep(
    original: FileName,
    recipe: string,
    { path, ext }: { readonly path: string; readonly ext: string },
  ): Promise<Variant> {
    const { sha256, bytes } = takeKnownContent(path) ?? (await hashOf(path))
    if (this.#files.isSynced) await syncFile(path)
    const folder = this.#folder(original)
    const name = `${recipe}.${sha256}.${ext}`
    const move = async () => {
      await mkdir(folder, { recursive: true })
      await rename(path, join(folder, name))
    }
    // Another process may be removing the empty folder.
    await move().catch((error: unknown) => {
      if (errorCodeOf(error) !== 'ENOENT') throw error
      return move()
    })
    return variantAt(join(folder, name), name, bytes)
  }

  async remove(before: Date): Promise<void> {
    for (const part of await list(this.#root))
      for (const original of await list(join(this.#root, part))) {
        const folder = join(this.#root, part, original)
        const isOrphan = !(await this.#hasOriginal(original))
        for (const name of await list(folder)) {
          const path = join(folder, name)
          const facts = await unlessMissing(stat(path))
          if (facts && (isOrphan || facts.mtime < before)) await rm(path, { force: true })
        }
        await removeEmpty(folder)
      }
  }

  async #hasOriginal(name: string): Promise<boolean> {
    const [, sha256, ext] = ORIGINAL.exec(name) ?? []
    if (sha256 === undefined || ext === undefined) return false
    return (await unlessMissing(stat(this.#files.pathOf({ sha256, ext })))) !== undefined
  }

  #folder({ sha256, ext }: FileName): string {
    return join(this.#root, sha256.slice(0, 2), `${sha256}.${ext}`)
  }
}

function variantAt(path: string, name: string, bytes: number): Variant {
  const [, , sha256 = '', ext = ''] = NAME.exec(name) ?? []
  return { sha256, bytes, mime: mediaTypeOf(ext).mime, open: (part) => readPart(path, part) }
}

const list = async (folder: string): Promise<readonly string[]> => (await unlessMissing(readdir(folder))) ?? []

async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCodeOf(error) ?? '')) throw error
  })
}

async function hashOf(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  return { sha256: hash.digest('hex'), bytes }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
