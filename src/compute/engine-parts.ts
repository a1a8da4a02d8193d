import type { FunctionMedia, RunQuery } from '../func/function-context.ts'
import type { MediaStore } from '../media/media-store.ts'
import type { SlowFunctionWatch } from './slow-function-watch.ts'
import type { ThreadPool } from './threads/thread-pool.ts'

/** What the runs of one engine share. */
export interface EngineParts {
  readonly media: MediaStore
  readonly functionMedia: FunctionMedia
  readonly runQuery: RunQuery | undefined
  readonly slow: SlowFunctionWatch
  readonly threads: ThreadPool
  /** Calls of one run that may be under way at once. */
  readonly concurrency: number
  /** Bytes of the arguments of one run that may wait or be under way at once. */
  readonly maxBytes: number
}
