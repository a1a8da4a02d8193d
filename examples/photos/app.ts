import { readFile } from 'node:fs/promises'
import { defineQuery, defineTable, t, uuid7 } from 'cellar'
import { height, thumbnail, width } from 'cellar/functions/image'
import { TableRouter } from 'cellar/serve'

export const photos = defineTable('photos', {
  id: t.uuid().primaryKey().default(uuid7()),
  photo: t.image(),
  title: t.string({ min: 1, max: 200 }),
  tags: t.json<string[]>().nullable(),
})
  .computed('thumb', (c) => thumbnail(c.photo, { width: 320, height: 320 }))
  .computed('slug', (c) => c.title.lower().replaceAll(' ', '-'))
  .computed('width', (c) => width(c.photo))
  .computed('height', (c) => height(c.photo))

export const searchPhotos = defineQuery(
  'searchPhotos',
  { text: t.string().default(''), limit: t.int().default(50) },
  ({ text, limit }, { from }) =>
    from(photos)
      .where((c) => c.title.contains(text))
      .orderBy((c) => c.id.desc())
      .limit(limit)
      .select((c) => ({ id: c.id, title: c.title, photo: c.photo, thumb: c.thumb, width: c.width, height: c.height })),
)

export const api = new TableRouter({ prefix: '/api', tags: ['photos'] })
  .addInsertRoute(photos, { path: '/photos', uploadInputs: ['photo'], inputs: ['title', 'tags'] })
  .addUpdateRoute(photos, { path: '/photos/update', inputs: ['title', 'tags'], outputs: ['id', 'title', 'slug'] })
  .addDeleteRoute(photos, { path: '/photos/delete' })
  .addComputeRoute(photos, { path: '/photos/preview', uploadInputs: ['photo'], outputs: ['thumb', 'slug'] })
  .addQueryRoute(searchPhotos, { path: '/photos/search', method: 'get' })

// Hand-written routes live on the same router: a page that uses the declared ones.
api.get('/gallery', async (c) => c.html(await readFile(new URL('./gallery.html', import.meta.url), 'utf8')))

export const site = new TableRouter()
site.get('/', (c) => c.redirect('/api/gallery'))
