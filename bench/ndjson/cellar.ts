import { defineQuery, defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { serveMeasured } from '../support/serve-measured.ts'

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

await serveMeasured([api])
