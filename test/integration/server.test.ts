import { request } from 'node:http'
import { type Cellar, defineFunction, defineQuery, defineTable, open, t } from 'cellar'
import { createApp, serve, TableRouter } from 'cellar/serve'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

let gate = Promise.withResolvers<void>()
let started = Promise.withResolvers<void>()
const slow = defineFunction({
  name: 'serverTestSlow',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => {
    if (text === 'wait') {
      started.resolve()
      await gate.promise
    }
    return text
  },
})
const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  text: t.string(),
  picture: t.image().nullable(),
}).computed('copy', (c) => slow({ text: c.text }))
const all = defineQuery('all', {}, (_, { from }) => from(notes).select((c) => ({ id: c.id })))
const insertRouter = (options: ConstructorParameters<typeof TableRouter>[0] = {}, isPublic = false) =>
  new TableRouter({ prefix: '/api', ...options }).addInsertRoute(notes, {
    path: '/notes',
    uploadInputs: ['picture'],
    outputs: ['id', 'copy', 'picture'],
    public: isPublic,
  })

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([notes])
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

const post = (url: string, input: unknown) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) })

describe('serve', () => {
  it('offers health, the description and a page that runs nothing but itself', async () => {
    const server = await serve(insertRouter(), { cellar, port: 0, title: 'Notes' })
    expect(await (await fetch(`${server.url}/health/live`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${server.url}/health/ready`)).json()).toEqual({ status: 'ok' })
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      info: { title: string }
      paths: object
    }
    expect(document.info.title).toBe('Notes')
    expect(Object.keys(document.paths)).toEqual(['/api/notes', '/api/media/{file}'])
    const page = await fetch(`${server.url}/docs`)
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'sha256-/)
    expect(await page.text()).not.toMatch(/src="http|href="http/)
    expect((await fetch(server.url, { redirect: 'manual' })).headers.get('location')).toBe('/docs')
    const missing = await fetch(`${server.url}/nope`)
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    await server.close()
  })

  it('refuses to let other machines write', async () => {
    const refused = expect.objectContaining({ code: 'SERVE_NOT_PUBLIC' })
    await expect(serve(insertRouter(), { cellar, port: 0, host: '0.0.0.0' })).rejects.toThrowError(refused)
    const mixed = [insertRouter({ prefix: '/a' }, true), insertRouter({ prefix: '/b' })]
    await expect(serve(mixed, { cellar, port: 0, host: '::' })).rejects.toThrowError(refused)
  })

  it('asks for the public address beyond loopback, and uses it', async () => {
    const open_ = insertRouter({}, true)
    await expect(serve(open_, { cellar, port: 0, host: '0.0.0.0' })).rejects.toThrowError(
      expect.objectContaining({ code: 'SERVE_BASE_URL_MISSING' }),
    )
    const users = insertRouter({ auth: () => ({ id: 'me' }) })
    const server = await serve(users, { cellar, port: 0, host: '0.0.0.0', baseUrl: 'https://notes.example/x/' })
    const picture =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const response = await post(`http://127.0.0.1:${server.port}/api/notes`, { id: 90, text: 'x', picture })
    expect(((await response.json()) as { picture: string }).picture).toMatch(
      /^https:\/\/notes\.example\/x\/api\/media\//,
    )
    expect((await fetch(`http://127.0.0.1:${server.port}/api/jobs`)).status).toBe(200)
    await server.close()
  })

  it('lets queries be read by everybody', async () => {
    const router = new TableRouter({ prefix: '/api' }).addQueryRoute(all, { path: '/all' })
    const server = await serve(router, { cellar, port: 0, host: '0.0.0.0', baseUrl: 'https://notes.example' })
    expect((await post(`http://127.0.0.1:${server.port}/api/all`, {})).status).toBe(200)
    // The list of jobs is for this machine, and nobody knows who is behind the last hop.
    expect((await fetch(`http://127.0.0.1:${server.port}/api/jobs`)).status).toBe(403)
    await server.close()
  })

  it('says when the port is taken', async () => {
    const server = await serve(insertRouter(), { cellar, port: 0 })
    await expect(serve(insertRouter(), { cellar, port: server.port })).rejects.toThrowError(
      expect.objectContaining({ code: 'SERVE_ADDRESS_IN_USE' }),
    )
    await server.close()
  })

  it('finishes requests under way when it ends, and is not ready meanwhile', async () => {
    gate = Promise.withResolvers()
    started = Promise.withResolvers()
    const server = await serve(insertRouter(), { cellar, port: 0 })
    const answer = post(`${server.url}/api/notes`, { id: 1, text: 'wait' })
    await started.promise
    const closed = server.close()
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrowError()
    gate.resolve()
    expect(await (await answer).json()).toEqual({ id: 1, copy: 'wait', picture: null })
    await closed
  })

  it('gives running jobs back when it ends; the next one does them', async () => {
    gate = Promise.withResolvers()
    started = Promise.withResolvers()
    const background = () =>
      new TableRouter({ prefix: '/jobs-api' }).addInsertRoute(notes, {
        path: '/notes',
        background: true,
        outputs: ['id'],
      })
    const one = await serve(background(), { cellar, port: 0 })
    const { id } = (await (await post(`${one.url}/jobs-api/notes`, { id: 2, text: 'wait' })).json()) as { id: string }
    await started.promise
    await one.close({ graceMs: 50 })
    gate.resolve()
    const two = await serve(background(), { cellar, port: 0 })
    const response = await fetch(`${two.url}/jobs-api/jobs/${id}?wait=30`)
    expect(await response.json()).toMatchObject({ status: 'done', result: { id: 2 } })
    await two.close()
  })
})

describe('createApp', () => {
  it('refuses two routers that answer the same request, or share a prefix with different users', () => {
    expect(() => createApp([insertRouter(), insertRouter()], { cellar })).toThrowError(
      expect.objectContaining({ code: 'ROUTE_DUPLICATE' }),
    )
    const other = new TableRouter({ prefix: '/api', auth: () => null })
    expect(() => createApp([insertRouter(), other], { cellar })).toThrowError(
      expect.objectContaining({ code: 'ROUTE_INVALID' }),
    )
  })

  it('keeps two routers of one prefix apart', async () => {
    const reader = new TableRouter({ prefix: '/api' }).addQueryRoute(all, { path: '/all' })
    const app = createApp([insertRouter(), reader], { cellar })
    const headers = { 'content-type': 'application/json' }
    expect((await app.request('/api/all', { method: 'POST', headers })).status).toBe(200)
    expect((await app.request('/api/notes', { method: 'POST', headers })).status).toBe(422)
    expect((await app.request('/api/all')).status).toBe(405)
  })

  it('uses the error handler of a router that has one', async () => {
    const own = new TableRouter({ prefix: '/own' })
    own.onError((_, c) => c.text('mine', 418))
    own.get('/x', () => {
      throw new TypeError('x')
    })
    expect((await createApp([own], { cellar }).request('/own/x')).status).toBe(418)
  })
})

describe('a router mounted by hand', () => {
  it('gives path-absolute URLs under what it is mounted at, and its own description', async () => {
    const router = insertRouter({ openapi: true }).bind(cellar)
    const app = new Hono().route('/outer', router)
    const picture =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const response = await app.request('/outer/api/notes', {
      method: 'POST',
      headers: { 'content-type': 'application/json', host: 'evil.example' },
      body: JSON.stringify({ id: 77, text: 'x', picture }),
    })
    const url = ((await response.json()) as { picture: string }).picture
    expect(url).toMatch(/^\/outer\/api\/media\//)
    expect((await app.request(url)).status).toBe(200)
    expect((await app.request('/outer/api/openapi.json')).status).toBe(200)
    expect((await app.request('/outer/api/docs')).status).toBe(200)
  })
})

it('survives a request whose target and Host make no sense', async () => {
  const server = await serve(insertRouter(), { cellar, port: 0 })
  for (const [path, host] of [
    ['/api/notes', 'a b'],
    ['/api/%zz', 'x'],
    ['//evil/..%00', 'x'],
  ] as const) {
    const status = await new Promise<number>((resolve, reject) => {
      const sent = request({ port: server.port, host: '127.0.0.1', path, headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      sent.on('error', reject)
      sent.end()
    })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  }
  await server.close()
})
