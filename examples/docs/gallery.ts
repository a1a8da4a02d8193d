import { defineQuery, defineTable, t, uuid7 } from 'cellar'
import { grayscale, thumbnail } from 'cellar/functions/image'
import { TableRouter } from 'cellar/serve'

// #region table
export const pictures = defineTable('pictures', {
  id: t.uuid().primaryKey().default(uuid7()),
  picture: t.image(),
  title: t.string({ min: 1, max: 120 }),
  stars: t.int({ min: 0, max: 5 }).default(0),
})
  .computed('thumb', (c) => thumbnail(c.picture, { width: 320, height: 320 }))
  .computed('slug', (c) => c.title.lower().replaceAll(' ', '-'))

const pictureById = defineQuery('pictureById', { id: t.uuid() }, ({ id }, { from }) =>
  from(pictures).where((c) => c.id.eq(id)),
)
const searchPictures = defineQuery('searchPictures', { text: t.string().default('') }, ({ text }, { from }) =>
  from(pictures)
    .where((c) => c.title.contains(text))
    .orderBy((c) => [c.stars.desc(), c.id.asc()])
    .select((c) => ({ id: c.id, title: c.title, stars: c.stars, thumb: c.thumb })),
)
// #endregion

// #region insert
const adding = new TableRouter({ prefix: '/gallery', tags: ['gallery'], limits: { file: 20 * 1024 ** 2 } })
  .addInsertRoute(pictures, {
    path: '/pictures',
    inputs: ['title', 'stars'],
    uploadInputs: ['picture'],
    outputs: ['id', 'slug', 'thumb'],
    summary: 'Add a picture',
  })
  .addComputeRoute(pictures, {
    path: '/pictures/preview',
    inputs: ['title'],
    uploadInputs: ['picture'],
    outputs: ['slug', 'thumb'],
  })
// #endregion

// #region change
const changing = adding
  .addUpdateRoute(pictures, {
    path: '/pictures/:id',
    method: 'patch',
    inputs: ['title', 'stars'],
    outputs: ['id', 'title', 'slug', 'stars'],
  })
  .addUpsertRoute(pictures, {
    path: '/pictures/:id',
    method: 'put',
    inputs: ['title', 'stars'],
    uploadInputs: ['picture'],
    outputs: ['id', 'slug'],
  })
  .addDeleteRoute(pictures, { path: '/pictures/:id', method: 'delete' })
// #endregion

// #region read
const reading = changing
  .addQueryRoute(pictureById, { path: '/pictures/:id', method: 'get', oneRow: true })
  .addQueryRoute(searchPictures, { path: '/pictures/search', method: 'get' })
// #endregion

// #region background
export const gallery = reading
  .addInsertRoute(pictures, {
    path: '/pictures/import',
    inputs: ['title'],
    uploadInputs: ['picture'],
    outputs: ['id', 'thumb'],
    background: true,
  })
  .addComputeRoute(pictures, {
    path: '/thumbs',
    inputs: ['title'],
    defaults: { title: 'untitled' },
    uploadInputs: ['picture'],
    outputs: ['thumb'],
    returnFile: true, // the bytes instead of a URL
  })
// #endregion

// #region users
interface User {
  readonly id: string
}
const users: Readonly<Record<string, User>> = { 'Bearer secret': { id: 'ann' } }

export const sketches = defineTable('sketches', {
  id: t.uuid().primaryKey().default(uuid7()),
  owner: t.string(),
  sketch: t.image(),
}).computed('grey', (c) => grayscale(c.sketch))

const mySketches = defineQuery('mySketches', { owner: t.string() }, ({ owner }, { from }) =>
  from(sketches)
    .where((c) => c.owner.eq(owner))
    .orderBy((c) => c.id.asc())
    .select((c) => ({ id: c.id, grey: c.grey })),
)

export const mine = new TableRouter<{ Variables: { user: User } }>({
  prefix: '/mine',
  auth: (c) => users[c.req.header('authorization') ?? ''] ?? null, // null is 401
  rateLimit: { requests: 600, per: 'minute' }, // of each user
  timeout: 30_000,
})
  .addInsertRoute(sketches, {
    path: '/sketches',
    inputs: [],
    uploadInputs: ['sketch'],
    set: { owner: (c) => c.get('user').id }, // callers cannot say it
    outputs: ['id', 'grey'],
  })
  .addQueryRoute(mySketches, { path: '/sketches', method: 'get', inputs: [], set: { owner: (c) => c.get('user').id } })
// #endregion

// #region table-routes
export const admin = new TableRouter<{ Variables: { user: User } }>({
  prefix: '/admin',
  auth: (c) => users[c.req.header('authorization') ?? ''] ?? null,
}).addTableRoutes(pictures, {
  path: '/pictures',
  uploadInputs: ['picture'],
  outputs: ['id', 'title', 'stars', 'thumb'],
  filters: ['title', 'stars'],
})
// #endregion
