import type { Catalog } from '../catalog/catalog.ts'
import type { Engine } from '../compute/engine.ts'
import type { Database, Session } from '../database/database.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { MediaStore } from '../media/media-store.ts'

/** What writing rows needs of an open Cellar. */
export interface StoreContext {
  readonly database: Database
  readonly catalog: Catalog
  readonly engine: Engine
  readonly media: MediaStore
  readonly jobs: JobQueue
  /** Eager cells whose function this process lacks refuse the write, instead of waiting for a process that has it. */
  readonly requireFunctions?: boolean
  /**
   * The open transaction of `cellar.transaction`. Writes then take part in it: functions that are not `cheap` are
   * refused (FUNCTION_NOT_CHEAP), media are not fetched, and nothing is committed here.
   */
  readonly session?: Session
}
