import type { Readable } from 'node:stream'
import type { MediaKind } from './stored-media.ts'

/** Everything that can be ingested; a superset of what a media column takes. */
export type MediaSource =
  /** A path, a `file:`, `http:`, `https:` or `data:` URL, or a `cellar:` ref. */
  | string
  | URL
  | Uint8Array
  | Blob
  | ReadableStream<Uint8Array>
  | Readable
  /** A media value as a row holds it. */
  | { readonly url: string }

export interface UploadOptions {
  /** What the content must be; `any` takes everything. */
  readonly kind: MediaKind | 'any'
  /** Overrides the limit of the store, downwards or upwards. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal
}

export interface IngestOptions extends UploadOptions {
  /** Whether paths and `file:` URLs are read. False for everything that comes over HTTP. */
  readonly allowPath: boolean
  /** Whether `cellar:` refs are accepted. @default true */
  readonly allowRef?: boolean
}
