import type { IngestOptions, MediaSource, UploadOptions } from './media-source.ts'
import type { StoredMedia } from './stored-media.ts'

/** A file of the store, as the garbage collection sees it. */
export interface StoredFile {
  readonly sha256: string
  readonly ext: string
  readonly bytes: number
  /** When it was last ingested, by this or by equal content. */
  readonly lastSeen: Date
}

/** Of a file; `end` is inclusive, as in an HTTP range. */
export interface MediaPart {
  readonly start: number
  readonly end: number
}

/** Bytes where they are few, else a stream, which has to be read or cancelled. */
export type MediaBytes = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>

/** An image that was made from a stored one, and can be made again. */
export interface Variant {
  readonly sha256: string
  readonly bytes: number
  readonly mime: string
  /** Undefined when it is gone. */
  open(part: MediaPart): Promise<MediaBytes | undefined>
}

/** Takes an upload while it is being received. */
export interface UploadSink {
  /** Resolves when more can be taken. Rejects at the first sign that the upload will be refused; nothing is left behind then. */
  write(chunk: Uint8Array): Promise<void>
  finish(): Promise<StoredMedia>
  /** Removes what was written. Does nothing after `finish`. */
  abort(): Promise<void>
}

/** Content-addressed files: equal bytes are stored once, under the name of their hash. */
export interface MediaStore {
  /** The folder that holds the files. */
  readonly root: string

  /**
   * Checks the content and stores it. On return the bytes are durable: file and directory are synced.
   *
   * @throws MEDIA_WRONG_KIND, MEDIA_CORRUPT, MEDIA_TOO_LARGE, MEDIA_TOO_MANY_PIXELS, MEDIA_PATH_REFUSED, MEDIA_UNREADABLE,
   * MEDIA_NOT_FOUND, MEDIA_URL_REFUSED, MEDIA_FETCH_FAILED, INVALID_VALUE, STORAGE_FULL, ABORTED
   */
  ingest(source: MediaSource, options: IngestOptions): Promise<StoredMedia>
  begin(options: UploadOptions): UploadSink

  /** @throws INVALID_VALUE when it is not a `cellar:` ref */
  path(ref: string): string
  exists(ref: string): Promise<boolean>
  stat(ref: string): Promise<{ readonly bytes: number; readonly mime: string } | undefined>
  /** A part that lies within the file; undefined when there is no file. */
  open(ref: string, part: MediaPart): Promise<MediaBytes | undefined>
  /** @throws MEDIA_NOT_FOUND */
  bytes(ref: string): Promise<Uint8Array>

  /** A path for a file that is going to be ingested: ingesting it moves it. */
  scratch(): Promise<string>

  /** All stored files that were last ingested before a time. */
  files(before: Date): AsyncIterable<StoredFile>
  /** Removes a file unless it was ingested after `before`; true when it is gone. */
  remove(file: { readonly sha256: string; readonly ext: string }, before: Date): Promise<boolean>

  /** What was made of a stored image by a recipe, if it is kept. Being looked for, it is kept longer. */
  findVariant(ref: string, recipe: string): Promise<Variant | undefined>
  /** Keeps what was made: the file, one of `scratch`, is moved. */
  keepVariant(ref: string, recipe: string, file: { readonly path: string; readonly ext: string }): Promise<Variant>
  /** Removes variants that nobody looked for since `before`, and those whose original is gone. */
  removeVariants(before: Date): Promise<void>

  /** Waits for what is being stored. */
  close(): Promise<void>
}
