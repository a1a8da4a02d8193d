import type { Media } from './media.ts'

/** Content that an HTTP request can carry; on Node also the `file:` URL of a file. */
export type Upload = File | Blob | Uint8Array | ReadableStream<Uint8Array> | URL

/**
 * What a media column takes in the library: a path or URL (`https:`, `data:`, `file:`, `cellar:`), the content, or a
 * value that a row already has. Over HTTP paths are refused.
 */
export type MediaInput = string | Upload | Media
