import { type Cellar, defineTable, type Media, open, t } from 'cellar'
import { createClient } from 'cellar/client'
import { mediaUrl, type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const photos = defineTable('photos', {
  id: t.int().primaryKey(),
  title: t.string(),
  picture: t.image().nullable(),
  stars: t.int({ min: 0, max: 5 }).default(3),
})
const ratings = defineTable('ratings', { photo: t.int().primaryKey(), stars: t.int() })

const api = new TableRouter({ prefix: '/api', tags: ['photos'] })
const added = api.post(
  '/add',
  api.describe({ input: photos.schemas.insert, output: photos.schemas.row.pick('id', 'picture'), summary: 'Add one' }),
  async (c) => {
    const [row] = (await c.var.cellar.insert(photos, [c.var.input], { returnRows: true })).rows
    return c.json({ id: row.id, picture: mediaUrl(c, row.picture) })
  },
)
const rated = api.post(
  '/photos/:id/stars',
  api.describe({ input: photos.schemas.update.pick('id', 'stars'), output: z.object({ ok: z.boolean() }) }),
  async (c) => {
    const { id, stars = 0 } = c.var.input
    expectTypeOf(id).toEqualTypeOf<number>()
    await c.var.cellar.transaction(async (tx) => {
      await tx.update(photos, { stars }, { where: (p) => p.id.eq(id) })
      await tx.insert(ratings, [{ photo: id, stars }])
    })
    return c.json({ ok: true })
  },
)
const found = api.get(
  '/find/:word',
  api.describe({ input: z.object({ word: z.string(), n: z.coerce.number().max(9) }), tags: ['search'] }),
  (c) => c.json(c.var.input),
)
const titled = api.put('/photos/:id', api.describe({ input: photos.schemas.insert.pick('id', 'title') }), async (c) => {
  expectTypeOf(c.var.input).toEqualTypeOf<{ id: number; title: string }>()
  await c.var.cellar.insert(photos, [c.var.input])
  return c.json(c.var.input)
})
const renamed = api.patch(
  '/photos/:id',
  api.describe({ input: photos.schemas.update.pick('id', 'title'), output: z.object({ title: z.string() }) }),
  async (c) => {
    const { id, title = '' } = c.var.input
    await c.var.cellar.update(photos, { title }, { where: (p) => p.id.eq(id) })
    return c.json({ title })
  },
)
const removed = api.delete(
  '/photos/:id',
  api.describe({ input: photos.schemas.update.pick('id'), output: z.object({ gone: z.int() }) }),
  async (c) => {
    const { id } = c.var.input
    const { count } = await c.var.cellar.delete(photos, { where: (p) => p.id.eq(id) })
    return c.json({ gone: count })
  },
)
let users = 0
const mine = new TableRouter({
  prefix: '/mine',
  rateLimit: { requests: 1000 },
  auth: (c) => {
    users += 1
    return c.req.header('authorization') === 'me' ? { id: 'me' } : null
  },
})
mine.post('/urls', mine.describe({ input: photos.schemas.insert.pick('title') }), async (c) => {
  const rows = await c.var.cellar.from(photos).collect()
  return c.json(rows.map((row) => mediaUrl(c, row.picture)))
})

let database: TestDatabase
let cellar: Cellar
let server: RunningServer

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([photos, ratings])
  server = await serve([api, mine], { cellar, port: 0 })
})
afterAll(async () => {
  await server.close()
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await cellar.delete(photos)
  await cellar.delete(ratings)
})

const clientOf = () => createClient<typeof added & typeof rated & typeof found>({ baseUrl: `${server.url}/api` })
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

describe('hand-written routes that are described', () => {
  it('are called by the typed client, with files', async () => {
    const client = clientOf()
    const answer = await client.call('/add', { id: 1, title: 'A', picture: new Blob([PNG]) })
    expectTypeOf(answer).toEqualTypeOf<{ id: number; picture: string | null }>()
    expect(answer).toEqual({ id: 1, picture: expect.stringMatching(/^http.*\/api\/media\/[0-9a-f]{64}\.png$/) })
    const file = await fetch(String(answer.picture))
    expect(Buffer.from(await file.arrayBuffer())).toEqual(PNG)
    const [row] = await cellar.from(photos).collect()
    expect(row).toMatchObject({ id: 1, title: 'A', stars: 3 })
    expectTypeOf(row?.picture).toEqualTypeOf<Media<'image'> | null | undefined>()
  })

  it('have types whatever their method', async () => {
    const client = createClient<typeof titled & typeof renamed & typeof removed>({ baseUrl: `${server.url}/api` })
    await client.call('/photos/:id', { id: 5, title: 'A' }, { method: 'put' })
    const { title } = await client.call('/photos/:id', { id: 5, title: 'B' }, { method: 'patch' })
    expectTypeOf(title).toEqualTypeOf<string>()
    expect(await cellar.from(photos).collect()).toMatchObject([{ id: 5, title: 'B' }])
    expect(await client.call('/photos/:id', { id: 5 }, { method: 'delete' })).toEqual({ gone: 1 })
    expect(await cellar.from(photos).count()).toBe(0)
  })

  it('write to several tables, all or nothing, with path parameters as inputs', async () => {
    await cellar.insert(photos, [{ id: 7, title: 'A' }])
    const client = clientOf()
    expect(await client.call('/photos/:id/stars', { id: 7, stars: 5 })).toEqual({ ok: true })
    await expect(client.call('/photos/:id/stars', { id: 7, stars: 1 })).rejects.toMatchObject({
      code: 'DUPLICATE_KEY',
    })
    expect(await cellar.from(photos).collect()).toMatchObject([{ stars: 5 }])
  })

  it('refuse what does not fit before the handler runs', async () => {
    const wrong = await post('/api/add', { id: '1', picture: '/etc/passwd', colour: 'red', stars: 9 })
    expect(wrong.status).toBe(422)
    expect(await wrong.json()).toMatchObject({
      code: 'INVALID_VALUE',
      errors: expect.arrayContaining([
        expect.objectContaining({ path: ['id'] }),
        expect.objectContaining({ path: ['picture'] }),
        expect.objectContaining({ path: ['colour'], code: 'UNKNOWN_FIELD' }),
        expect.objectContaining({ path: ['title'], code: 'MISSING_VALUE' }),
      ]),
    })
    const many = await fetch(`${server.url}/api/find/cat?n=10`)
    expect(many.status).toBe(422)
    expect(await many.json()).toMatchObject({ errors: [{ path: ['n'] }] })
    const broken = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }
    expect((await fetch(`${server.url}/api/add`, broken)).status).toBe(400)
    expect(await cellar.from(photos).count()).toBe(0)
  })

  it('take schemas of validator libraries, query string and path together', async () => {
    expect(await clientOf().call('/find/:word', { word: 'a cat', n: 3 }, { method: 'get' })).toEqual({
      word: 'a cat',
      n: 3,
    })
  })

  it('give signed media URLs where there is auth, and ask once who calls', async () => {
    await cellar.insert(photos, [{ id: 1, title: 'A', picture: new Uint8Array(PNG) }])
    expect((await post('/mine/urls', { title: 'A' })).status).toBe(401)
    users = 0
    const answer = await post('/mine/urls', { title: 'A' }, { authorization: 'me' })
    expect(users).toBe(1)
    expect(answer.headers.get('ratelimit')).toMatch(/r=999/)
    const [url] = (await answer.json()) as [string]
    expect(url).toMatch(/\/mine\/media\/[0-9a-f]{64}\.png\?expires=\d+&signature=/)
    expect((await fetch(url)).status).toBe(200)
    expect((await fetch(url.split('?')[0] ?? '')).status).toBe(404)
  })

  it('stand in the OpenAPI document', async () => {
    const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, object> }
    expect(paths['/api/add']).toMatchObject({
      post: {
        operationId: 'postAdd',
        summary: 'Add one',
        tags: ['photos'],
        requestBody: { content: { 'multipart/form-data': { schema: { required: ['id', 'title'] } } } },
        responses: { 200: { content: { 'application/json': { schema: { required: ['id', 'picture'] } } } }, 422: {} },
      },
    })
    expect(paths['/api/find/{word}']).toMatchObject({
      get: {
        tags: ['search'],
        parameters: [
          { name: 'word', in: 'path', required: true },
          { name: 'n', in: 'query', required: true },
        ],
      },
    })
    expect(paths['/mine/urls']).toMatchObject({ post: { responses: { 401: {}, 429: {} } } })
    expect(paths).toHaveProperty(['/api/media/{file}'])
  })

  it('are refused where the description cannot hold', () => {
    const router = new TableRouter()
    expect(() => router.describe({ input: {} })).toThrow(expect.objectContaining({ code: 'ROUTE_INVALID' }))
    expect(() => router.describe({ inputs: 1 } as never)).toThrow(expect.objectContaining({ code: 'ROUTE_INVALID' }))
    router.all('/every', router.describe({ summary: 'x' }), (c) => c.json({}))
    expect(() => router.routes).toThrow(expect.objectContaining({ code: 'ROUTE_INVALID' }))
  })
})
