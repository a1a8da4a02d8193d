import { type Cellar, defineQuery, defineTable, t, uuid7 } from 'cellar'
import { thumbnail } from 'cellar/functions/image'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { randomPicture } from '../pictures.ts'

/** The user of the router with `auth`. */
export const AUTHORIZATION = 'Bearer ann'

export const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  title: t.string({ max: 40 }),
  stars: t.int({ min: 0, max: 5 }).nullable(),
  price: t.decimal(8, 2).nullable(),
  big: t.bigint().nullable(),
  weight: t.float().nullable(),
  taken: t.timestamp().nullable(),
  day: t.date().nullable(),
  done: t.bool().default(false),
  tags: t.array(t.string()).nullable(),
  about: t.json().nullable(),
  raw: t.binary().nullable(),
  place: t.vector(2).nullable(),
  code: t.string().nullable().unique(),
  owner: t.string().default('nobody'),
}).computed('loud', (c) => c.title.upper())
const pictures = defineTable('pictures', {
  id: t.uuid().primaryKey().default(uuid7()),
  title: t.string(),
  photo: t.image(),
  sheet: t.document().nullable(),
}).computed('small', (c) => thumbnail(c.photo, { width: 4, height: 4 }))
const lines = defineTable('lines', {
  order: t.string().primaryKey(),
  line: t.int().primaryKey(),
  limit: t.int().nullable(),
})

const noteById = defineQuery('noteById', { id: t.int() }, ({ id }, { from }) => from(notes).where((c) => c.id.eq(id)))
const searched = defineQuery(
  'searched',
  {
    word: t.string().nullable().default(null),
    below: t.decimal(8, 2).default('1000'),
    since: t.date().default('2000-01-01'),
  },
  ({ word, below, since }, { from }) =>
    from(notes)
      .where((c) => c.price.lt(below).or(c.title.contains(word)).or(c.day.gte(since)))
      .orderBy((c) => c.stars.desc()),
)

const open = new TableRouter({
  prefix: '/open',
  limits: { body: 20_000, array: 60_000, file: 50_000, form: 90_000, parts: 30 },
})
  .addInsertRoute(notes, { path: '/notes', constraints: { code: { minLength: 2, pattern: /^[a-z]+$/ } } })
  .addInsertRoute(pictures, { path: '/pictures', uploadInputs: ['photo', 'sheet'], onError: 'caller' })
  .addInsertRoute(pictures, { path: '/thumbs', uploadInputs: ['photo'], outputs: ['small'], returnFile: true })
  .addUpdateRoute(notes, { path: '/notes/:id', method: 'patch' })
  .addUpdateRoute(pictures, { path: '/pictures/update', uploadInputs: ['photo'] })
  .addUpsertRoute(notes, { path: '/notes', method: 'put' })
  .addUpsertRoute(lines, { path: '/lines/:order/:line', method: 'put' })
  .addDeleteRoute(notes, { path: '/notes/:id', method: 'delete' })
  .addDeleteRoute(lines, { path: '/lines/delete' })
  .addComputeRoute(notes, { path: '/notes/preview', inputs: ['title'], outputs: ['loud'] })
  .addComputeRoute(pictures, { path: '/pictures/preview', uploadInputs: ['photo'], outputs: ['small'] })
  .addQueryRoute(noteById, { path: '/notes/:id', method: 'get', oneRow: true })
  .addQueryRoute(searched, { path: '/search', method: 'get' })
  .addQueryRoute(searched, { path: '/search' })
  .addInsertRoute(notes, { path: '/later/notes', background: true })
  .addInsertRoute(pictures, { path: '/later/pictures', uploadInputs: ['photo'], background: true })
const whole = new TableRouter({ prefix: '/whole' })
  .addTableRoutes(notes, { path: '/notes', public: true, set: { owner: () => 'whole' } })
  .addTableRoutes(lines, { path: '/lines', public: true })
const mine = new TableRouter({
  prefix: '/mine',
  auth: (c) => (c.req.header('authorization') === AUTHORIZATION ? { id: 'ann' } : null),
})
  .addTableRoutes(pictures, { path: '/pictures', uploadInputs: ['photo'] })
  .addDeleteRoute(pictures, { path: '/later/pictures', background: true })

/** A route of every kind, over columns of every kind. */
export async function serveEverything(cellar: Cellar): Promise<RunningServer> {
  const routers = [open, whole, mine]
  await cellar.apply(routers)
  const server = await serve(routers, { cellar, port: 0 })
  const rows = Array.from({ length: 20 }, (_, id) => ({ id, title: `note ${id}`, price: `${id}.50` }))
  await cellar.insert(notes, rows)
  await cellar.insert(lines, { order: 'a', line: 1 })
  await cellar.insert(pictures, { title: 'a picture', photo: randomPicture(8, 8) })
  return server
}
