import type { Database } from './database.ts'

export interface OpenDatabaseOptions {
  /** Folder of the embedded database (and of the media). Unused when `databaseUrl` is given. */
  readonly home: string
  /** `postgres://…`; without it the database is embedded in `home`. */
  readonly databaseUrl?: string
  /** Embedded only: no syncs; a power cut may lose or damage the database. */
  readonly relaxed?: boolean
  /** Server only. @default 10 */
  readonly poolSize?: number
  /** Embedded only: refuse to work through another process that owns the home. @throws HOME_IN_USE */
  readonly own?: boolean
  /** Messages for the operator: lost and regained connections, warnings of the server. */
  readonly onNotice?: (message: string) => void
}

/** Opens the embedded database of a home, or connects to a server. Drivers load on first use. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  if (options.databaseUrl !== undefined) {
    const { openServer } = await import('./server/open-server.ts')
    return openServer(options.databaseUrl, options)
  }
  const { openEmbedded } = await import('./embedded/open-embedded.ts')
  return openEmbedded(options)
}
