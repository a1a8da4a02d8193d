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

/** Runs a query as a function does that stands for one; its rows are what the query gives. */
export type RunQuery = (
  query: object,
  parameters: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** Where the context of a call in an open database has its `RunQuery`; the same in every installed copy. */
export const RUN_QUERY: unique symbol = Symbol.for('cellar.run-query') as never

export interface QueryingContext extends FunctionContext {
  readonly [RUN_QUERY]?: RunQuery | undefined
}
