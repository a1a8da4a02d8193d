import { setTimeout as delay } from 'node:timers/promises'
import { defineFunction, defineQuery, defineTable, t } from 'cellar'
import { thumbnail } from 'cellar/functions/image'
import { TableRouter } from 'cellar/serve'

// What the server serves that the recovery tests kill.

export const shout = defineFunction({
  name: 'shout',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => {
    await delay(Math.random() * 20)
    return text.toUpperCase()
  },
})

export const pictures = defineTable('pictures', {
  id: t.uuid().primaryKey(),
  photo: t.image(),
  title: t.string(),
})
  .computed('thumb', (c) => thumbnail(c.photo, { width: 8, height: 8 }))
  .computed('loud', (c) => shout({ text: c.title }))
  .computed('later', (c) => shout({ text: c.title }), { mode: 'deferred' })

export const notes = defineTable('notes', { id: t.uuid().primaryKey(), text: t.string() }).computed('size', (c) =>
  c.text.length(),
)

const allPictures = defineQuery('allPictures', {}, (_, { from }) => from(pictures))
const allNotes = defineQuery('allNotes', {}, (_, { from }) => from(notes))

export const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(pictures, { path: '/pictures', uploadInputs: ['photo'] })
  .addInsertRoute(pictures, { path: '/background', uploadInputs: ['photo'], background: true })
  .addUpdateRoute(pictures, { path: '/update', inputs: ['title'], outputs: ['id', 'title'] })
  .addDeleteRoute(pictures, { path: '/delete' })
  .addQueryRoute(allPictures, { path: '/pictures/all' })
  .addInsertRoute(notes, { path: '/notes' })
  .addQueryRoute(allNotes, { path: '/notes/all' })
