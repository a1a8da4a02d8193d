import type { Media } from './media.ts'

/** Content that an HTTP request can carry. */
export type Upload = File | Blob | Uint8Array | ReadableStream<Uint8Array>

/**
 * What a media column takes in the library: a path or URL (`https:`, `data:`, `file:`, `cellar:`), the content, or a
 * value that a row already has. Over HTTP paths are refused.
 */
export type MediaInput = string | URL | Upload | Media
