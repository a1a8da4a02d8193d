import { defineFunction, defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { serveMeasured } from '../support/serve-measured.ts'
import { now } from './now.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() }).computed('shout', (c) =>
  c.text.upper(),
)
/** Tells when the work of a job has begun. */
const startedAt = defineFunction({ name: 'bench.started_at', args: { id: t.int() }, returns: t.float(), run: now })
const starts = defineTable('starts', { id: t.int().primaryKey() }).computed('at', (c) => startedAt({ id: c.id }))

const api = new TableRouter()
  .addInsertRoute(notes, { path: '/notes', background: true })
  .addInsertRoute(starts, { path: '/starts', background: true })

await serveMeasured([api])
