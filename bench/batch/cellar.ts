import { defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { serveMeasured } from '../support/serve-measured.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() }).computed('shout', (c) =>
  c.text.upper(),
)

await serveMeasured([new TableRouter().addInsertRoute(notes, { path: '/notes' })])
