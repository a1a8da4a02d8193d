import { open } from 'cellar'
import { type AnyRouter, serve } from 'cellar/serve'

/**
 * The Cellar side of a comparison: serves routers from the environment's database, and tells who started it the port. The
 * other side writes no line for a request either.
 */
export async function serveMeasured(routers: readonly AnyRouter[]): Promise<void> {
  const { BENCH_HOME: home = '', BENCH_DATABASE_URL: databaseUrl } = process.env
  const cellar = await open(databaseUrl ? { home, databaseUrl } : { home })
  await cellar.apply(routers)
  const server = await serve(routers, { cellar, port: 0, logLevel: 'error' })
  process.send?.({ port: server.port })
  process.on(
    'SIGTERM',
    () =>
      void server
        .close()
        .then(() => cellar.close())
        .then(() => process.exit(0)),
  )
}
