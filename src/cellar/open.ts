import { resolve } from 'node:path'
import type { Database } from '../database/database.ts'
import type { StoreContext } from '../store/context.ts'
import type { Cellar } from './cellar.ts'
import { CellarHandle } from './cellar-handle.ts'

export interface OpenOptions {
  /** Where media and, embedded, the database lie. @default `CELLAR_HOME`, else `./.cellar` */
  readonly home?: string
  /** A PostgreSQL server. @default `CELLAR_DATABASE_URL`, else the embedded database of the home */
  readonly databaseUrl?: string
  /** Fails when another process holds the embedded home, instead of working through that process. @default false */
  readonly own?: boolean
  /** Embedded: do not sync to disk on commit. For tests and throw-away data only: a crash loses rows. @default false */
  readonly relaxed?: boolean
  /** Server: connections at most. @default 10 */
  readonly poolSize?: number
  readonly media?: {
    /** @default 4 GiB */
    readonly maxBytes?: number
    /** Lets media be fetched from private addresses. @default false */
    readonly allowPrivateHosts?: boolean
  }
}

/**
 * Opens the database, embedded or on a server, and makes its catalog current.
 *
 * @example
 * await using cellar = await open()
 * await cellar.apply([photos])
 *
 * @throws HOME_IN_USE, DATABASE_UNAVAILABLE, DATABASE_UNSUPPORTED
 */
export async function open(options: OpenOptions = {}): Promise<Cellar> {
  const home = resolve(options.home ?? process.env.CELLAR_HOME ?? '.cellar')
  const databaseUrl = options.databaseUrl ?? process.env.CELLAR_DATABASE_URL
  // Loaded here and not at the top: declaring tables must stay cheap.
  const [{ openDatabase }, { openCatalog }, { createEngine }, { createMediaStore }, { createJobQueue }] =
    await Promise.all([
      import('../database/open-database.ts'),
      import('../catalog/open-catalog.ts'),
      import('../compute/create-engine.ts'),
      import('../media/create-media-store.ts'),
      import('../jobs/job-queue.ts'),
    ])
  const { own, relaxed, poolSize } = options
  const database: Database = await openDatabase({
    home,
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(own === undefined ? {} : { own }),
    ...(relaxed === undefined ? {} : { relaxed }),
    ...(poolSize === undefined ? {} : { poolSize }),
  })
  try {
    const catalog = await openCatalog(database)
    const media = await createMediaStore({ home, ...options.media })
    const engine = createEngine({ media })
    const jobs = createJobQueue(database)
    const context: StoreContext = { database, catalog, engine, media, jobs }
    const { registerFillHandler } = await import('../store/fill-handler.ts')
    registerFillHandler(context)
    return new CellarHandle(context, home)
  } catch (error) {
    await database.close()
    throw error
  }
}
