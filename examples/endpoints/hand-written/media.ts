import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import sharp from 'sharp'
import { Problem } from './problems.ts'

const EXTENSIONS: Readonly<Record<string, string>> = { jpeg: 'jpg', png: 'png', webp: 'webp', gif: 'gif' }
const PIXELS = 100_000_000

export interface Stored {
  readonly file: string
  readonly width: number
  readonly height: number
}

/** Files named by the hash of their content. */
export class MediaFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  async create(): Promise<void> {
    await mkdir(join(this.path, 'tmp'), { recursive: true })
  }

  /** Streams an upload to disk, looks at what it is, and keeps it if it is a picture. */
  async save(source: Readable & { readonly truncated?: boolean }): Promise<Stored> {
    const temporary = join(this.path, 'tmp', randomUUID())
    const hash = createHash('sha256')
    try {
      source.on('data', (chunk: Buffer) => hash.update(chunk))
      await pipeline(source, createWriteStream(temporary))
      if (source.truncated) throw new Problem(413, 'The file is too large.')
      const { format, width, height } = await sharp(temporary, { limitInputPixels: PIXELS })
        .metadata()
        .catch(() => Promise.reject(notAPicture()))
      const extension = EXTENSIONS[format]
      if (extension === undefined) throw notAPicture()
      const file = `${hash.digest('hex')}.${extension}`
      await this.#keep(temporary, file)
      return { file, width, height }
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  /** A small copy of a kept picture. */
  async thumbnail(file: string): Promise<string> {
    const { data, info } = await sharp(join(this.path, file), { limitInputPixels: PIXELS })
      .rotate()
      .resize(320, 320, { fit: 'inside', withoutEnlargement: true })
      .toBuffer({ resolveWithObject: true })
      .catch(() => Promise.reject(notAPicture()))
    const temporary = join(this.path, 'tmp', randomUUID())
    const name = `${createHash('sha256').update(data).digest('hex')}.${EXTENSIONS[info.format] ?? 'png'}`
    await using handle = await open(temporary, 'w')
    await handle.writeFile(data)
    await this.#keep(temporary, name)
    return name
  }

  /** On disk before a row names it. */
  async #keep(temporary: string, file: string): Promise<void> {
    await using handle = await open(temporary, 'r')
    await handle.sync()
    await rename(temporary, join(this.path, file))
    await using folder = await open(this.path, 'r')
    await folder.sync()
  }
}

const notAPicture = () =>
  new Problem(422, 'photo is not a picture.', [{ path: ['photo'], message: 'is not a picture' }])
