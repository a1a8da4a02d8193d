import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Database } from '../database/database.ts'
import { CellarError, isCellarError } from '../errors/cellar-error.ts'
import type { QuerySpec } from '../query/query-spec.ts'
import type { StoreContext } from '../store/context.ts'
import type { Cellar } from './cellar.ts'

export interface OpenOptions {
  /** Where media and, embedded, the database lie. @default `CELLAR_HOME`, else `./.cellar` */
  readonly home?: string
  /** A PostgreSQL server. @default `CELLAR_DATABASE_URL`, else the embedded database of the home */
  readonly databaseUrl?: string
  /** Makes a home that does not exist yet; false fails with HOME_NOT_FOUND. @default true */
  readonly create?: boolean
  /** Fails when another process holds the embedded home, instead of working through that process. @default false */
  readonly own?: boolean
  /** Embedded: do not sync to disk on commit. For tests and throw-away data only: a crash loses rows. @default false */
  readonly relaxed?: boolean
  /** Server: connections at most. @default 10 */
  readonly poolSize?: number
  /**
   * Whether this process works on jobs: background routes, deferred cells, fills. True begins at once, also without a
   * server; false leaves them to other processes, also when it serves. @default when it serves
   */
  readonly work?: boolean
  /**
   * What a write does when this process lacks the function of an eager computed column: `defer` leaves the cell pending,
   * for a process that has the function; `require` refuses the write. @default 'defer'
   */
  readonly functions?: 'defer' | 'require'
  readonly media?: {
    /** Bytes of one file. @default 10 GiB */
    readonly maxBytes?: number
    /** Width times height of one image. @default 268_402_689 */
    readonly maxPixels?: number
    /** Lets media be fetched from private addresses. @default false */
    readonly allowPrivateHosts?: boolean
  }
}

/**
 * Opens the database, embedded or on a server, and makes its catalog current.
 *
 * @example
 * const cellar = await open()
 * await cellar.apply([photos])
 *
 * @throws HOME_IN_USE, DATABASE_UNAVAILABLE, DATABASE_UNSUPPORTED
 */
export async function open(options: OpenOptions = {}): Promise<Cellar> {
  const home = resolve(options.home ?? process.env.CELLAR_HOME ?? '.cellar')
  const databaseUrl = options.databaseUrl ?? process.env.CELLAR_DATABASE_URL
  if (options.create === false && databaseUrl === undefined && !existsSync(home))
    throw new CellarError('HOME_NOT_FOUND', { home })
  // The database starts while the rest is loaded, on demand: declaring tables must stay cheap.
  const database = startDatabase(home, { ...options, ...(databaseUrl ? { databaseUrl } : {}) })
  // It may fail before it is waited for.
  const settled = database.catch(() => undefined)
  try {
    const parts = await loadParts()
    return await assemble(await database, parts, { ...options, home })
  } catch (error) {
    await (await settled)?.close()
    throw error
  }
}

async function startDatabase(home: string, options: OpenOptions): Promise<Database> {
  const { openDatabase } = await import('../database/open-database.ts')
  const { databaseUrl, own, relaxed, poolSize } = options
  return openDatabase({
    home,
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(own === undefined ? {} : { own }),
    ...(relaxed === undefined ? {} : { relaxed }),
    ...(poolSize === undefined ? {} : { poolSize }),
  })
}

async function loadParts() {
  const [{ openCatalog }, { createEngine }, { createMediaStore }, { createJobQueue }] = await Promise.all([
    import('../catalog/open-catalog.ts'),
    import('../compute/create-engine.ts'),
    import('../media/create-media-store.ts'),
    import('../jobs/create-job-queue.ts'),
  ])
  const [{ hasFunction }, { registerFillHandler }, { createCellar }, { collectQuery }] = await Promise.all([
    import('../func/registry.ts'),
    import('../store/fill-handler.ts'),
    import('./cellar-handle.ts'),
    import('../query/execute-query.ts'),
  ])
  return {
    openCatalog,
    createEngine,
    createMediaStore,
    createJobQueue,
    hasFunction,
    registerFillHandler,
    createCellar,
    collectQuery,
  }
}

type Parts = Awaited<ReturnType<typeof loadParts>>

async function assemble(database: Database, parts: Parts, options: OpenOptions & { home: string }): Promise<Cellar> {
  const { home, relaxed, work, functions } = options
  const catalog = await parts.openCatalog(database)
  const media = parts.createMediaStore({ home, sync: !relaxed, ...mediaOptions(options.media) })
  const context: StoreContext = {
    database,
    catalog,
    engine: parts.createEngine({
      media,
      runQuery: (query, parameters, signal) => parts.collectQuery(context, query as QuerySpec, { parameters, signal }),
    }),
    media,
    jobs: parts.createJobQueue(database, {
      onError: warnOfJobs,
      has: parts.hasFunction,
      ...(work === undefined ? {} : { work }),
    }),
    requireFunctions: functions === 'require',
  }
  parts.registerFillHandler(context)
  if (work) await context.jobs.start()
  return parts.createCellar(context, home)
}

/** Work on jobs goes on by itself after an outage; anything else that goes wrong between them has to be seen. */
function warnOfJobs(error: unknown): void {
  if (isCellarError(error) && error.retryable) return
  const message = error instanceof Error ? error.message : String(error)
  process.emitWarning(`Work on jobs met an error and is tried again: ${message}`, {
    type: 'CellarWarning',
    code: 'CELLAR_JOBS',
  })
}

function mediaOptions({ maxBytes, maxPixels, allowPrivateHosts = false }: NonNullable<OpenOptions['media']> = {}) {
  const bytes = maxBytes === undefined ? {} : { bytes: maxBytes }
  const pixels = maxPixels === undefined ? {} : { pixels: maxPixels }
  return { allowPrivateHosts, limits: { ...bytes, ...pixels } }
}
