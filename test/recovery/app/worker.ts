import { open } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'
import { after, deferred } from './filling.ts'

// A process that serves the tables, and so works on their jobs.
export const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(deferred, { path: '/waiting' })
  .addInsertRoute(after, { path: '/numbers' })

if (import.meta.main) {
  const server = await serve(api, { cellar: await open(), port: 0 })
  console.log(server.url)
}
