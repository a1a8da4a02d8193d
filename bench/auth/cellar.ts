import { defineQuery, defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { serveMeasured } from '../support/serve-measured.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() }).computed('shout', (c) =>
  c.text.upper(),
)
const one = defineQuery('one', { id: t.int() }, ({ id }, { from }) => from(notes).where((c) => c.id.eq(id)))

/** Some thousand users, as who keeps their sessions in memory has them. */
const users = new Map(Array.from({ length: 5_000 }, (_, n) => [`Bearer token-of-user-${n}`, { id: `user-${n}` }]))

const anybody = new TableRouter({ prefix: '/anybody' })
  .addInsertRoute(notes, { path: '/notes' })
  .addQueryRoute(one, { path: '/notes/one', oneRow: true })
const known = new TableRouter({
  prefix: '/known',
  auth: (c) => users.get(c.req.header('authorization') ?? '') ?? null,
})
  .addInsertRoute(notes, { path: '/notes' })
  .addQueryRoute(one, { path: '/notes/one', oneRow: true })

await serveMeasured([anybody, known])
