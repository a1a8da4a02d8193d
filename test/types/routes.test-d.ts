import { defineQuery, defineTable, t, uuid7 } from 'cellar'
import { createClient, type Job } from 'cellar/client'
import { type BatchReply, type JobHandle, type Route, type RoutesOf, TableRouter } from 'cellar/serve'
import { Hono } from 'hono'
import { expectTypeOf } from 'vitest'

// Checked by `tsc`; nothing here runs.

const photos = defineTable('photos', {
  id: t.uuid().primaryKey().default(uuid7()),
  photo: t.image(),
  title: t.string(),
  tags: t.json<string[]>().nullable(),
  taken: t.timestamp().nullable(),
})
  .computed('slug', (c) => c.title.lower())
  .computed('short', (c) => c.title.upper())

const others = defineTable('others', { id: t.int().primaryKey(), title: t.string() })

const searchPhotos = defineQuery(
  'searchPhotos',
  { text: t.string(), limit: t.int().default(10) },
  ({ text, limit }, { from }) =>
    from(photos)
      .where((c) => c.title.contains(text))
      .limit(limit)
      .select((c) => ({ id: c.id, title: c.title, photo: c.photo })),
)

const api = new TableRouter({ prefix: '/api', tags: ['photos'] })
  .addInsertRoute(photos, {
    path: '/photos',
    uploadInputs: ['photo'],
    inputs: ['title', 'tags'],
    outputs: ['id', 'photo', 'short'],
  })
  .addUpdateRoute(photos, { path: '/photos/update', inputs: ['title'], outputs: ['id', 'title', 'slug'] })
  .addDeleteRoute(photos, { path: '/photos/delete' })
  .addComputeRoute(photos, { path: '/photos/preview', uploadInputs: ['photo'], outputs: ['photo', 'slug'] })
  .addQueryRoute(searchPhotos, { path: '/photos/search' })

type R = RoutesOf<typeof api>
expectTypeOf<keyof R>().toEqualTypeOf<
  '/photos' | '/photos/update' | '/photos/delete' | '/photos/preview' | '/photos/search'
>()
expectTypeOf<R['/photos']['output']>().toEqualTypeOf<{ id: string; photo: string; short: string }>()
expectTypeOf<R['/photos']['method']>().toEqualTypeOf<'post'>()
expectTypeOf<R['/photos']['input']>().toEqualTypeOf<{
  title: string
  tags?: string[] | null | undefined
  photo: File | Blob | Uint8Array | ReadableStream<Uint8Array> | URL
}>()
expectTypeOf<R['/photos/update']['input']>().toEqualTypeOf<{ id: string; title?: string | undefined }>()
expectTypeOf<R['/photos/delete']>().toEqualTypeOf<{
  method: 'post'
  input: { id: string }
  output: { num_rows: number }
}>()
expectTypeOf<R['/photos/search']>().toEqualTypeOf<{
  method: 'post'
  input: { text: string; limit?: number | undefined; after?: string | null | undefined }
  output: { rows: { id: string; title: string; photo: string }[]; next: string | null }
}>()

const client = createClient<typeof api>({ baseUrl: 'http://localhost:8000/api' })
expectTypeOf(await client.call('/photos', { title: 'x', photo: new File([], 'x.jpg') })).toEqualTypeOf<{
  id: string
  photo: string
  short: string
}>()
expectTypeOf(await client.call('/photos/search', { text: 'x' })).toEqualTypeOf<{
  rows: { id: string; title: string; photo: string }[]
  next: string | null
}>()

const more = new TableRouter()
  .addInsertRoute(photos, { path: '/bg', background: true, outputs: ['slug'] })
  .addInsertRoute(photos, { path: '/file', uploadInputs: ['photo'], returnFile: true, outputs: ['photo'] })
  .addQueryRoute(searchPhotos, { path: '/one', oneRow: true, method: 'get', outputs: ['id'] })
  .addUpdateRoute(photos, {
    path: '/photos/:id',
    method: 'patch',
    inputs: ['title'],
    outputs: ['id'],
    handler: (row) => ({ id: row.id.toUpperCase() }),
  })
  .addDeleteRoute(photos, { path: '/photos/:id', method: 'delete', matchColumns: ['id'] })
  .addDeleteRoute(photos, { path: '/sweep', matchColumns: ['title'], background: true })
  .addQueryRoute(searchPhotos, { path: '/search', defaults: { text: 'cat' } })
  .addInsertRoute(photos, {
    path: '/mine',
    inputs: ['photo'],
    set: { title: (c) => c.req.header('x-title') ?? 'untitled' },
    outputs: ['id', 'title'],
  })

const second = createClient<typeof more>({ baseUrl: '' })
expectTypeOf(await second.call('/bg', { photo: 'http://x/y.jpg', title: 'x' })).toEqualTypeOf<Job<{ slug: string }>>()
expectTypeOf(await second.call('/file', { photo: new Blob([]), title: 'x' })).toEqualTypeOf<Blob>()
expectTypeOf(await second.call('/one', { text: 'x' }, { method: 'get' })).toEqualTypeOf<{ id: string }>()
expectTypeOf(await second.call('/photos/:id', { id: 'x' }, { method: 'delete' })).toEqualTypeOf<{ num_rows: number }>()
expectTypeOf(await second.call('/photos/:id', { id: 'x', title: 'y' }, { method: 'patch' })).toEqualTypeOf<{
  id: string
}>()
expectTypeOf(await second.call('/sweep', { title: 'x' })).toEqualTypeOf<Job<{ num_rows: number }>>()
await second.call('/search', {})
expectTypeOf(await second.call('/mine', { photo: 'http://x/y.jpg' })).toEqualTypeOf<{ id: string; title: string }>()

// Columns stand for their names.
const referring = new TableRouter()
  .addInsertRoute(photos, {
    path: '/a',
    inputs: [photos.c.title, 'tags'],
    uploadInputs: [photos.c.photo],
    outputs: [photos.c.id, 'slug'],
  })
  .addDeleteRoute(photos, { path: '/b', matchColumns: [photos.c.title] })
expectTypeOf<RoutesOf<typeof referring>['/a']['input']>().toEqualTypeOf<R['/photos']['input']>()
expectTypeOf<RoutesOf<typeof referring>['/a']['output']>().toEqualTypeOf<{ id: string; slug: string }>()
expectTypeOf<RoutesOf<typeof referring>['/b']['input']>().toEqualTypeOf<{ title: string }>()

// An upsert needs what an insert needs, and the key.
const upserting = new TableRouter()
  .addUpsertRoute(photos, {
    path: '/up',
    method: 'put',
    inputs: ['title', 'tags'],
    uploadInputs: ['photo'],
    outputs: ['id'],
  })
  .addUpsertRoute(photos, { path: '/mine', inputs: ['photo', 'title'], set: { id: () => 'x' }, outputs: ['id'] })
type Up = RoutesOf<typeof upserting>
expectTypeOf<Up['/up']['input']>().toEqualTypeOf<{
  id: string
  title: string
  tags?: string[] | null | undefined
  photo: File | Blob | Uint8Array | ReadableStream<Uint8Array> | URL
}>()
expectTypeOf<Up['/up']['method']>().toEqualTypeOf<'put'>()
expectTypeOf<Up['/mine']['input']>().toEqualTypeOf<{ photo: string; title: string }>()

// Cells that may be stored as failed are null.
const storing = new TableRouter().addInsertRoute(photos, { path: '/s', onError: 'caller', outputs: ['id', 'slug'] })
expectTypeOf<RoutesOf<typeof storing>['/s']['output']>().toEqualTypeOf<{ id: string; slug: string | null }>()

// What a list is answered with.
type Many<A extends { readonly '~routes': unknown }, P extends keyof A['~routes']> = A['~routes'][P] extends {
  readonly [M in string]: Route<infer _I, infer _O, infer L>
}
  ? L
  : never
expectTypeOf<Many<typeof storing, '/s'>>().toEqualTypeOf<BatchReply<{ id: string; slug: string | null }>>()
expectTypeOf<Many<typeof api, '/photos/delete'>>().toEqualTypeOf<{ num_rows: number }>()
expectTypeOf<Many<typeof more, '/file'>>().toEqualTypeOf<never>()
expectTypeOf<Many<typeof more, '/bg'>>().toEqualTypeOf<JobHandle<BatchReply<{ slug: string }>>>()

// Constraints are of the kind of their column.
new TableRouter()
  .addInsertRoute(photos, {
    path: '/c',
    inputs: ['photo', 'title', 'taken'],
    constraints: { title: { minLength: 1, maxLength: 200, pattern: /^a/, enum: ['a'] }, taken: { min: new Date(0) } },
  })
  .addQueryRoute(searchPhotos, { path: '/q', constraints: { limit: { min: 1, max: 100 } } })

// Two routers, one client.
const both = createClient<typeof api & typeof more>({ baseUrl: '' })
expectTypeOf(await both.call('/photos/delete', { id: 'x' })).toEqualTypeOf<{ num_rows: number }>()

// The environment of Hono.
const users = new TableRouter<{ Variables: { user: { id: string } } }>({
  auth: (c) => c.get('user') ?? null,
}).addInsertRoute(photos, {
  path: '/photos',
  uploadInputs: ['photo'],
  set: { title: (c) => c.get('user').id },
  handler: (row, { http, cellar }) => {
    expectTypeOf(http.get('user')).toEqualTypeOf<{ id: string }>()
    expectTypeOf(cellar.home).toEqualTypeOf<string>()
    return row
  },
})
users.use(async (c, next) => {
  expectTypeOf(c.get('user')).toEqualTypeOf<{ id: string }>()
  await next()
})
users.get('/hello', (c) => c.json({ hello: c.get('user').id, home: c.var.cellar.home }))
export const app = new Hono().route('/', users).route('/', api)
export const response = await users.request('/photos')

// What must not compile.

// @ts-expect-error wrong output name
new TableRouter().addInsertRoute(photos, { path: '/p', outputs: ['id', 'tumb'] })
// @ts-expect-error wrong input name
new TableRouter().addInsertRoute(photos, { path: '/p', inputs: ['titel'] })
// @ts-expect-error a computed column as input
new TableRouter().addInsertRoute(photos, { path: '/p', inputs: ['title', 'photo', 'slug'] })
// @ts-expect-error upload of a text column
new TableRouter().addInsertRoute(photos, { path: '/p', uploadInputs: ['title'] })
// @ts-expect-error a required column that is never given
new TableRouter().addInsertRoute(photos, { path: '/p', inputs: ['tags'], uploadInputs: ['photo'] })
// @ts-expect-error unknown option
new TableRouter().addInsertRoute(photos, { path: '/p', outputz: ['id'] })
// @ts-expect-error output that the query does not have
new TableRouter().addQueryRoute(searchPhotos, { path: '/q', outputs: ['tags'] })
// @ts-expect-error default of another type
new TableRouter().addQueryRoute(searchPhotos, { path: '/q', defaults: { limit: 'ten' } })
// @ts-expect-error a column of another table
new TableRouter().addInsertRoute(photos, { path: '/p', inputs: [others.c.title, 'photo'] })
// @ts-expect-error an expression is no name
new TableRouter().addInsertRoute(photos, { path: '/p', outputs: [photos.c.title.lower()] })
// @ts-expect-error a constraint of another kind
new TableRouter().addInsertRoute(photos, { path: '/p', constraints: { title: { min: 1 } } })
// @ts-expect-error a bound of another type
new TableRouter().addQueryRoute(searchPhotos, { path: '/q', constraints: { limit: { min: '1' } } })
// @ts-expect-error an upsert is no get
new TableRouter().addUpsertRoute(photos, { path: '/p', method: 'get' })
// @ts-expect-error unknown column in set
new TableRouter().addInsertRoute(photos, { path: '/p', set: { owner: () => 'me' } })
// @ts-expect-error middleware inside the chain gives a plain Hono: it must be its own statement
new TableRouter().use(async (_c, next) => next()).addInsertRoute(photos, { path: '/x' })
// @ts-expect-error unknown path
await client.call('/photoz', {})
// @ts-expect-error wrong input
await client.call('/photos', { title: 3, photo: new Blob([]) })
// @ts-expect-error an upload is no string
await client.call('/photos', { title: 'x', photo: 'cat.jpg' })
// @ts-expect-error unknown field
await client.call('/photos/search', { text: 'x', nope: 1 })
// @ts-expect-error a field that the server sets
await second.call('/mine', { photo: 'http://x/y.jpg', title: 'x' })
// @ts-expect-error a path with several methods needs one
await second.call('/photos/:id', { id: 'x' })
// @ts-expect-error a method other than post has to be said
await second.call('/one', { text: 'x' })
