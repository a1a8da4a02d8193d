// #region app
import { defineQuery, defineTable, t, uuid7 } from 'cellar'
import { thumbnail } from 'cellar/functions/image'
import { TableRouter } from 'cellar/serve'

export const photos = defineTable('photos', {
  id: t.uuid().primaryKey().default(uuid7()),
  photo: t.image(),
  title: t.string(),
})
  .computed('thumb', (c) => thumbnail(c.photo, { width: 320, height: 320 }))
  .computed('slug', (c) => c.title.lower().replaceAll(' ', '-'))

export const searchPhotos = defineQuery('searchPhotos', { text: t.string() }, ({ text }, { from }) =>
  from(photos)
    .where((c) => c.title.contains(text))
    .select((c) => ({ id: c.id, title: c.title, thumb: c.thumb })),
)

export const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(photos, { path: '/photos', uploadInputs: ['photo'], outputs: ['id', 'thumb', 'slug'] })
  .addQueryRoute(searchPhotos, { path: '/photos/search' })
// #endregion
