import { defineQuery, defineTable, now, open, t, uuid7 } from 'cellar'
import { height, thumbnail, width } from 'cellar/functions/image'
import { serve, TableRouter } from 'cellar/serve'

const photos = defineTable('photos', {
  id: t.uuid().primaryKey().default(uuid7()),
  photo: t.image(),
  title: t.string({ min: 1, max: 200 }),
  tags: t.json({ type: 'array', items: { type: 'string' } }).nullable(),
  taken: t.timestamp().default(now()),
})
  .computed('thumb', (c) => thumbnail(c.photo, { width: 320, height: 320 }))
  .computed('slug', (c) => c.title.lower().replaceAll(' ', '-'))
  .computed('width', (c) => width(c.photo))
  .computed('height', (c) => height(c.photo))

const photoById = defineQuery('photoById', { id: t.uuid() }, ({ id }, { from }) =>
  from(photos).where((c) => c.id.eq(id)),
)
const searchPhotos = defineQuery(
  'searchPhotos',
  { text: t.string().default(''), limit: t.int({ min: 1, max: 1000 }).default(100) },
  ({ text, limit }, { from }) =>
    from(photos)
      .where((c) => c.title.contains(text))
      .orderBy((c) => [c.taken.desc(), c.id.desc()])
      .limit(limit)
      .select((c) => ({ id: c.id, title: c.title, thumb: c.thumb })),
)

const uploadInputs = ['photo'] as const
const inputs = ['title', 'tags'] as const

export const api = new TableRouter({ prefix: '/api', tags: ['photos'], limits: { file: 20 * 1024 ** 2 } })
  .addInsertRoute(photos, { path: '/photos', uploadInputs, inputs })
  .addComputeRoute(photos, { path: '/photos/preview', uploadInputs, inputs, outputs: ['thumb', 'slug'] })
  .addInsertRoute(photos, { path: '/photos/import', uploadInputs, inputs, background: true })
  .addQueryRoute(searchPhotos, { path: '/photos/search' })
  .addQueryRoute(photoById, { path: '/photos/:id', method: 'get', oneRow: true })
  .addUpdateRoute(photos, { path: '/photos/:id', method: 'patch', inputs })
  .addDeleteRoute(photos, { path: '/photos/:id', method: 'delete' })

/** The app as it is declared. */
export async function start(options: { databaseUrl?: string; home: string; port?: number }) {
  const cellar = await open(options)
  await cellar.apply([api])
  const server = await serve(api, { cellar, port: options.port ?? 0 })
  return { url: server.url, close: () => server.close().then(() => cellar.close()) }
}
