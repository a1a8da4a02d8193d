import { defineQuery, defineTable, open, t, uuid7 } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'

const items = defineTable('items', {
  id: t.uuid().primaryKey().default(uuid7()),
  title: t.string(),
  file: t.document().nullable(),
}).computed('loud', (c) => c.title.upper())
const itemById = defineQuery('itemById', { id: t.uuid() }, ({ id }, { from }) => from(items).where((c) => c.id.eq(id)))
const all = defineQuery('all', {}, (_, { from }) => from(items))

const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(items, { path: '/items', uploadInputs: ['file'] })
  .addUpdateRoute(items, { path: '/items/:id', method: 'patch', inputs: ['title'] })
  .addDeleteRoute(items, { path: '/items/:id', method: 'delete' })
  .addQueryRoute(itemById, { path: '/items/:id', method: 'get', oneRow: true })
  .addQueryRoute(all, { path: '/items', method: 'get' })
  .addInsertRoute(items, { path: '/later', inputs: ['title'], background: true })

const { BENCH_HOME: home = '', BENCH_DATABASE_URL: databaseUrl } = process.env
const cellar = await open(databaseUrl ? { home, databaseUrl } : { home })
await cellar.apply([api])
const server = await serve(api, { cellar, port: 0, logLevel: 'error' })

// What garbage holds is no leak.
process.on('message', () => {
  globalThis.gc?.()
  process.send?.(process.memoryUsage())
})
process.send?.({ port: server.port })
process.on(
  'SIGTERM',
  () =>
    void server
      .close()
      .then(() => cellar.close())
      .then(() => process.exit(0)),
)
