import type { Media } from '../types/media.ts'

/** How a function reads the media it is given: they arrive as references, never as bytes. */
export interface FunctionMedia {
  /** A local file with the content; it must not be changed. */
  path(media: Media): Promise<string>
  bytes(media: Media): Promise<Uint8Array>
  /** A path for a file that the function makes: given back as the result, the file is moved into the store, not copied. */
  scratch(): Promise<string>
}

/** The second argument of every function. */
export interface FunctionContext {
  /** Aborted when the operation is, and when the function's time is over. */
  readonly signal: AbortSignal
  readonly media: FunctionMedia
}
