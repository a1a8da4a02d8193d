import { defineQuery, defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'

const columns = () => ({ id: t.int().primaryKey(), text: t.string() })
export const notes = defineTable('notes', columns()).computed('shout', (c) => c.text.upper())
export const plainNotes = defineTable('plain_notes', columns(), { history: false }).computed('shout', (c) =>
  c.text.upper(),
)

const one = defineQuery('one', { id: t.int() }, ({ id }, { from }) => from(notes).where((c) => c.id.eq(id)))
const page = defineQuery('page', { id: t.int() }, ({ id }, { from }) =>
  from(notes)
    .where((c) => c.id.gte(id))
    .orderBy((c) => c.id.asc())
    .limit(100),
)

export const api = new TableRouter()
  .addInsertRoute(notes, { path: '/notes' })
  .addInsertRoute(plainNotes, { path: '/plain' })
  .addUpdateRoute(notes, { path: '/notes/update' })
  .addUpdateRoute(plainNotes, { path: '/plain/update' })
  .addQueryRoute(one, { path: '/notes/one', oneRow: true })
  .addQueryRoute(page, { path: '/notes/page' })
