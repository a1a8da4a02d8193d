import { defineQuery, defineTable, open, t } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'

const events = defineTable('events', {
  id: t.int().primaryKey(),
  name: t.string(),
  score: t.float(),
  at: t.timestamp(),
  tags: t.json<string[]>(),
})
const all = defineQuery('all', {}, (_, { from }) => from(events))
const ordered = defineQuery('ordered', {}, (_, { from }) => from(events).orderBy((c) => c.id))
const api = new TableRouter()
  .addQueryRoute(all, { path: '/all', method: 'get' })
  .addQueryRoute(ordered, { path: '/ordered', method: 'get' })

const cellar = await open({
  home: process.env.BENCH_HOME as string,
  databaseUrl: process.env.BENCH_DATABASE_URL as string,
})
await cellar.apply([api])
const server = await serve(api, { cellar, port: 0 })
process.send?.({ port: server.port })
process.on(
  'SIGTERM',
  () =>
    void server
      .close()
      .then(() => cellar.close())
      .then(() => process.exit(0)),
)
