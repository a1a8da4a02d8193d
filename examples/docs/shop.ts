import { CellarError, defineQuery, defineTable, t, uuid7 } from 'cellar'
import { thumbnail } from 'cellar/functions/image'
import { TableRouter } from 'cellar/serve'

const items = defineTable('items', {
  id: t.uuid().primaryKey().default(uuid7()),
  title: t.string({ max: 80 }),
  photo: t.image(),
  owner: t.string(),
  price: t.decimal(8, 2).nullable(),
})
  .computed('slug', (c) => c.title.lower().replaceAll(' ', '-'))
  .computed('thumb', (c) => thumbnail(c.photo, { width: 200, height: 200, format: 'webp' }))
  .computed('label', (c) => c.title.upper(), { mode: 'deferred' })

const itemById = defineQuery('itemById', { id: t.uuid() }, ({ id }, { from }) => from(items).where((c) => c.id.eq(id)))
const cheap = defineQuery('cheap', { below: t.decimal(8, 2), limit: t.int() }, ({ below, limit }, { from }) =>
  from(items)
    .where((c) => c.price.lt(below))
    .orderBy((c) => c.price.asc())
    .limit(limit)
    .select((c) => ({ id: c.id, title: c.title, price: c.price })),
)

// #region routes
export const shop = new TableRouter({ prefix: '/shop', tags: ['shop'] })
  .addInsertRoute(items, {
    path: '/items',
    inputs: ['title', 'price'],
    uploadInputs: ['photo'],
    set: { owner: (c) => c.req.header('x-owner') ?? 'nobody' }, // given by the server, not by the caller
    outputs: ['id', 'slug', 'thumb', 'owner'],
  })
  .addUpdateRoute(items, {
    path: '/items/:id',
    method: 'patch',
    inputs: ['title', 'price'],
    outputs: ['title', 'slug'],
  })
  .addDeleteRoute(items, { path: '/items/:id', method: 'delete' })
  .addComputeRoute(items, { path: '/items/preview', inputs: ['title'], outputs: ['slug'] })
  .addQueryRoute(itemById, { path: '/items/:id', method: 'get', oneRow: true, outputs: ['id', 'title', 'label'] })
  .addQueryRoute(cheap, { path: '/cheap', method: 'get', defaults: { limit: 10 } })
// #endregion

// #region table
export const catalog = new TableRouter({ prefix: '/catalog' }).addTableRoutes(items, {
  path: '/items',
  public: true, // or auth on the router
  only: ['list', 'get'], // of list, get, insert, update, delete
  outputs: ['id', 'title', 'price', 'thumb'],
  filters: ['title', 'price'],
})
// #endregion

// #region background
export const imports = new TableRouter({ prefix: '/imports' })
  .addInsertRoute(items, {
    path: '/items',
    inputs: ['title', 'owner'],
    uploadInputs: ['photo'],
    outputs: ['id', 'thumb'],
    background: true,
  })
  .addInsertRoute(items, {
    path: '/thumbs',
    inputs: ['title', 'owner'],
    uploadInputs: ['photo'],
    outputs: ['thumb'],
    returnFile: true,
  })
// #endregion

// #region handler
export const checked = new TableRouter({ prefix: '/checked' }).addInsertRoute(items, {
  path: '/items',
  outputs: ['id', 'title'],
  handler: (row, { http }) => {
    if (row.title.includes('forbidden')) throw new CellarError('FORBIDDEN', { subject: row.title, reason: 'its title' })
    http.header('x-made', row.id)
    return { ...row, title: row.title.trim() }
  },
})
// #endregion

// #region auth
interface User {
  readonly id: string
}
const users: Readonly<Record<string, User>> = { 'Bearer secret': { id: 'ann' } }

export const mine = new TableRouter<{ Variables: { user: User } }>({
  prefix: '/mine',
  auth: (c) => users[c.req.header('authorization') ?? ''] ?? null,
}).addInsertRoute(items, {
  path: '/items',
  inputs: ['title'],
  uploadInputs: ['photo'],
  set: { owner: (c) => c.get('user').id },
  outputs: ['id', 'owner', 'thumb'],
})

mine.get('/whoami', (c) => c.json(c.get('user')))
// #endregion

// #region lists
export const stock = new TableRouter({ prefix: '/stock' })
  .addUpsertRoute(items, {
    path: '/items',
    method: 'put',
    inputs: [items.c.title, items.c.price], // columns stand for their names
    uploadInputs: [items.c.photo],
    set: { owner: () => 'stock' },
    constraints: {
      title: { minLength: 1, maxLength: 80, pattern: /^[\p{L}\p{N} ]+$/u },
      price: { min: '0' },
    },
    outputs: ['id', 'slug'],
  })
  .addDeleteRoute(items, { path: '/items', method: 'delete' })
// #endregion

// #region limits
export const small = new TableRouter({
  prefix: '/small',
  limits: { body: 16 * 1024, file: 5 * 1024 ** 2, form: 6 * 1024 ** 2, parts: 10, files: 1 },
}).addInsertRoute(items, { path: '/items', uploadInputs: ['photo'], outputs: ['id'] })
// #endregion

// #region presets
export const gallery = new TableRouter({
  prefix: '/gallery',
  media: {
    presets: {
      small: { width: 320, height: 320, format: 'webp', quality: 80 },
      tile: { width: 200, height: 200, fit: 'cover' },
    },
  },
}).addQueryRoute(itemById, { path: '/items/:id', method: 'get', oneRow: true, outputs: ['title', 'photo'] })
// #endregion

// #region bounds
export const bounded = new TableRouter({
  prefix: '/bounded',
  timeout: 10_000, // milliseconds, then 503 REQUEST_TIMEOUT
  concurrency: { requests: 200, uploads: 10 }, // under way at a time; beyond it 503 SERVER_BUSY
  rateLimit: { requests: 100, per: 'minute', key: 'ip' }, // then 429 RATE_LIMITED
  cors: { origins: ['https://app.example'], credentials: true, maxAge: 600 },
})
  .addQueryRoute(cheap, {
    path: '/cheap',
    method: 'get',
    defaults: { limit: 10 },
    rateLimit: { requests: 2, per: 'hour' },
  })
  .addComputeRoute(items, { path: '/preview', inputs: ['title'], outputs: ['slug'], timeout: 2_000 })
// #endregion
