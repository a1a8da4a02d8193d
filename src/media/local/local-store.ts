import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CellarError } from '../../errors/cellar-error.ts'
import type { Resolve } from '../fetch/pinned-host.ts'
import { isPublicAddress } from '../fetch/public-address.ts'
import type { MediaLimits } from '../limits.ts'
import { parseMediaRef } from '../media-ref.ts'
import type { IngestOptions, MediaSource, UploadOptions } from '../media-source.ts'
import type { MediaBytes, MediaPart, MediaStore, StoredFile, UploadSink, Variant } from '../media-store.ts'
import { mediaTypeOf } from '../media-types.ts'
import { openSource } from '../source/open-source.ts'
import type { StoredMedia } from '../stored-media.ts'
import { FileIngest } from './file-ingest.ts'
import { ingestSource } from './ingest.ts'
import { readPart } from './read-part.ts'
import { toStorageError, unlessMissing } from './storage-error.ts'
import { type FileName, StoredFiles } from './stored-files.ts'
import { Upload, type UploadLimits } from './upload.ts'
import { Variants } from './variants.ts'

export interface LocalStoreOptions {
  readonly root: string
  readonly limits: MediaLimits
  readonly sync: boolean
  readonly allowPrivateHosts: boolean
  readonly resolve?: Resolve | undefined
}

/** The store in a folder of this machine. */
export class LocalStore implements MediaStore {
  readonly root: string
  readonly #files: StoredFiles
  readonly #variants: Variants
  readonly #fileIngest: FileIngest
  readonly #options: LocalStoreOptions
  readonly #running = new Set<Promise<unknown>>()
  #isClosed = false

  constructor(options: LocalStoreOptions) {
    this.root = resolve(options.root)
    this.#options = options
    this.#files = new StoredFiles(this.root, options)
    this.#variants = new Variants(this.#files)
    this.#fileIngest = new FileIngest(this.#files)
  }

  ingest(source: MediaSource, options: IngestOptions): Promise<StoredMedia> {
    return this.#track(() => this.#ingest(source, options))
  }

  begin(options: UploadOptions): UploadSink {
    this.#assertOpen()
    const upload = new Upload(this.#files, this.#limits(options))
    return {
      write: (chunk) => upload.write(chunk),
      finish: () => this.#track(() => upload.finish()),
      abort: () => upload.abort(),
    }
  }

  path(ref: string): string {
    return this.#files.pathOf(parseMediaRef(ref))
  }

  async exists(ref: string): Promise<boolean> {
    return (await this.stat(ref)) !== undefined
  }

  async stat(ref: string): Promise<{ readonly bytes: number; readonly mime: string } | undefined> {
    const name = parseMediaRef(ref)
    const facts = await unlessMissing(stat(this.#files.pathOf(name)))
    return facts && { bytes: facts.size, mime: mediaTypeOf(name.ext).mime }
  }

  open(ref: string, part: MediaPart): Promise<MediaBytes | undefined> {
    return readPart(this.path(ref), part)
  }

  async bytes(ref: string): Promise<Uint8Array> {
    const bytes = await unlessMissing(readFile(this.path(ref)))
    if (!bytes) throw new CellarError('MEDIA_NOT_FOUND', { ref })
    return bytes
  }

  async scratch(): Promise<string> {
    this.#assertOpen()
    await this.#files.ready()
    return this.#files.staging.newPath()
  }

  files(before: Date): AsyncIterable<StoredFile> {
    return this.#files.list(before)
  }

  remove(file: FileName, before: Date): Promise<boolean> {
    return this.#track(() => this.#files.remove(file, before))
  }

  findVariant(ref: string, recipe: string): Promise<Variant | undefined> {
    return this.#variants.find(parseMediaRef(ref), recipe)
  }

  keepVariant(ref: string, recipe: string, file: { readonly path: string; readonly ext: string }): Promise<Variant> {
    return this.#track(() => this.#variants.keep(parseMediaRef(ref), recipe, file))
  }

  removeVariants(before: Date): Promise<void> {
    return this.#track(() => this.#variants.remove(before))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#running)
    await this.#fileIngest.close()
  }

  async #ingest(source: MediaSource, options: IngestOptions): Promise<StoredMedia> {
    const limits = this.#limits(options)
    const { fetchBytes, fetchTime, fetchIdle } = this.#options.limits
    const opened = openSource(source, {
      ...options,
      maxBytes: limits.maxBytes,
      fetch: {
        maxBytes: Math.min(limits.maxBytes, fetchBytes),
        timeLimit: fetchTime,
        idleLimit: fetchIdle,
        allowAddress: this.#options.allowPrivateHosts ? () => true : isPublicAddress,
        resolve: this.#options.resolve,
        signal: options.signal,
      },
    })
    if (opened.form === 'path') return this.#fileIngest.ingest(opened.path, limits)
    return ingestSource(this.#files, opened, limits)
  }

  #limits(options: UploadOptions): UploadLimits {
    const { bytes, pixels } = this.#options.limits
    return { kind: options.kind, maxBytes: options.maxBytes ?? bytes, maxPixels: pixels, signal: options.signal }
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    this.#assertOpen()
    const running = work()
    this.#running.add(running)
    try {
      return await running
    } catch (error) {
      throw toStorageError(error)
    } finally {
      this.#running.delete(running)
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new CellarError('CLOSED', { subject: 'The media store' })
  }
}
