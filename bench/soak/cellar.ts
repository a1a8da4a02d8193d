import { defineQuery, defineTable, t, uuid7 } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { serveMeasured } from '../support/serve-measured.ts'

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

// What garbage holds is no leak.
process.on('message', () => {
  globalThis.gc?.()
  process.send?.(process.memoryUsage())
})
await serveMeasured([api])
