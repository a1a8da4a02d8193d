import { defineFunction, defineQuery, defineTable, t, uuid7 } from 'cellar'
import { thumbnail } from 'cellar/functions/image'
import { TableRouter } from 'cellar/serve'

export const excerpt = defineFunction({
  name: 'excerpt',
  args: { text: t.string(), length: t.int().default(12) },
  returns: t.string(),
  run: ({ text, length }) => (text.length <= length ? text : `${text.slice(0, length)}…`),
})

export const photos = defineTable('photos', {
  id: t.uuid().primaryKey().default(uuid7()),
  photo: t.image(),
  title: t.string(),
  tags: t.json<string[]>().nullable(),
  taken: t.timestamp().nullable(),
})
  .computed('thumb', (c) => thumbnail(c.photo, { width: 320, height: 320 }))
  .computed('slug', (c) => c.title.lower().replaceAll(' ', '-'))
  .computed('short', (c) => excerpt({ text: c.title }))

export const searchPhotos = defineQuery(
  'searchPhotos',
  { text: t.string(), limit: t.int().default(10) },
  ({ text, limit }, { from }) =>
    from(photos)
      .where((c) => c.title.contains(text))
      .orderBy((c) => c.taken.desc())
      .limit(limit)
      .select((c) => ({ id: c.id, title: c.title, thumb: c.thumb })),
)

export const api = new TableRouter({ prefix: '/api', tags: ['photos'] })
  .addInsertRoute(photos, { path: '/photos', uploadInputs: ['photo'], inputs: ['title', 'tags'], outputs: ['id', 'thumb', 'short'] })
  .addUpdateRoute(photos, { path: '/photos/update', inputs: ['title'], outputs: ['id', 'title', 'slug'] })
  .addDeleteRoute(photos, { path: '/photos/delete' })
  .addComputeRoute(photos, { path: '/photos/preview', uploadInputs: ['photo'], outputs: ['thumb', 'slug'] })
  .addQueryRoute(searchPhotos, { path: '/photos/search' })

api.get('/hello', (c) => c.json({ hello: 'world' })) // hand-written routes live on the same router
