import { type FileHandle, open, rm } from 'node:fs/promises'
import { deserialize, serialize } from 'node:v8'
import { CellarError } from '../errors/cellar-error.ts'

/** Values that are written once, one after the other, and read back in that order. */
export class SpillFile<T> {
  readonly #path: string
  readonly #file: FileHandle
  readonly #lengths: number[] = []
  #end = 0

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  static async create<T>(path: string): Promise<SpillFile<T>> {
    return new SpillFile<T>(path, await open(path, 'w+', 0o600))
  }

  /** @throws STORAGE_FULL */
  async write(value: T): Promise<void> {
    const bytes = serialize(value)
    try {
      await this.#file.write(bytes, 0, bytes.length, this.#end)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOSPC') throw error
      throw new CellarError('STORAGE_FULL', { subject: 'rows that wait to be written' }, { cause: error })
    }
    this.#lengths.push(bytes.length)
    this.#end += bytes.length
  }

  async *read(): AsyncGenerator<T, void, undefined> {
    let at = 0
    for (const length of this.#lengths) {
      const { buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, at)
      at += length
      yield deserialize(buffer) as T
    }
  }

  async remove(): Promise<void> {
    await this.#file.close()
    await rm(this.#path, { force: true })
  }
}
