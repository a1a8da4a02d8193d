import { defineQuery, defineTable, t } from 'cellar'
import { createApp, TableRouter } from 'cellar/serve'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })
const all = defineQuery('all', {}, (_, { from }) => from(notes))
const scene = useCellar([notes])

type Options = NonNullable<ConstructorParameters<typeof TableRouter>[0]>
const routerOf = (options: Options = {}) =>
  new TableRouter({ prefix: '/api', ...options })
    .addInsertRoute(notes, { path: '/notes' })
    .addQueryRoute(all, { path: '/notes', method: 'get' })
    .addUpdateRoute(notes, { path: '/notes/:id', method: 'patch' })
const page = 'https://app.example'
const cors = { origins: [page] }
const ask = (
  app: Hono,
  path: string,
  init: { method?: string; origin?: string; headers?: Record<string, string> } = {},
) =>
  app.request(path, {
    method: init.method ?? 'GET',
    headers: { ...(init.origin === undefined ? {} : { origin: init.origin }), ...init.headers },
  })
const preflight = (app: Hono, path: string, origin = page, headers: Record<string, string> = {}) =>
  ask(app, path, { method: 'OPTIONS', origin, headers: { 'access-control-request-method': 'POST', ...headers } })
const allowed = (answer: Response) => answer.headers.get('access-control-allow-origin')
const appOf = (options: Options = {}, more = {}) => createApp(routerOf(options), { cellar: scene.cellar, ...more })

describe('without cors', () => {
  it('no page of another origin may read or send anything', async () => {
    const app = appOf()
    expect(allowed(await ask(app, '/api/notes', { origin: page }))).toBe(null)
    const refused = await preflight(app, '/api/notes')
    expect([refused.status, allowed(refused)]).toEqual([405, null])
  })
})

describe('with cors', () => {
  it('the listed origins may read, with what they need of the headers', async () => {
    const app = appOf({ cors })
    const answer = await ask(app, '/api/notes', { origin: page })
    expect([answer.status, allowed(answer), answer.headers.get('vary')]).toEqual([200, page, 'Origin'])
    expect(answer.headers.get('access-control-expose-headers')?.split(', ')).toEqual(
      expect.arrayContaining(['ETag', 'Link', 'Location', 'Retry-After', 'x-request-id', 'Server-Timing']),
    )
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
    for (const origin of ['https://evil.example', 'http://app.example', 'null', 'https://app.example.evil.example'])
      expect(allowed(await ask(app, '/api/notes', { origin }))).toBe(null)
    const without = await ask(app, '/api/notes')
    expect([allowed(without), without.headers.get('vary')]).toEqual([null, 'Origin'])
  })

  it('errors can be read too', async () => {
    const app = appOf({ cors })
    for (const [path, method, status] of [
      ['/api/nowhere', 'GET', 404],
      ['/api/notes', 'DELETE', 405],
      ['/api/notes', 'POST', 422],
    ] as const) {
      const answer = await ask(app, path, { method, origin: page })
      expect([answer.status, allowed(answer)]).toEqual([status, page])
    }
  })

  it('a preflight tells the methods of its path', async () => {
    const app = appOf({ cors: { ...cors, maxAge: 60 } })
    const answer = await preflight(app, '/api/notes', page, {
      'access-control-request-headers': 'content-type, idempotency-key',
    })
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect(Object.fromEntries(answer.headers)).toEqual({
      allow: 'POST, GET, HEAD',
      vary: expect.stringContaining('Origin'),
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'POST, GET, HEAD',
      'access-control-allow-headers': 'content-type, idempotency-key',
      'access-control-max-age': '60',
    })
    const patch = await preflight(app, '/api/notes/5')
    expect(patch.headers.get('access-control-allow-methods')).toBe('PATCH')
    expect((await preflight(app, '/api/media/x')).headers.get('access-control-allow-methods')).toBe('GET, HEAD')
    expect((await preflight(app, '/api/nowhere')).status).toBe(404)
    const foreign = await preflight(app, '/api/notes', 'https://evil.example')
    expect([allowed(foreign), foreign.headers.get('access-control-allow-methods')]).toEqual([null, null])
    const listed = appOf({ cors: { ...cors, headers: ['content-type'] } })
    const asked = await preflight(listed, '/api/notes', page, { 'access-control-request-headers': 'x-other' })
    expect(asked.headers.get('access-control-allow-headers')).toBe('content-type')
  })

  it('a preflight needs no user, what follows does', async () => {
    const app = appOf({ cors: { ...cors, credentials: true }, auth: () => null })
    const answer = await preflight(app, '/api/notes')
    expect([answer.status, answer.headers.get('access-control-allow-credentials')]).toEqual([204, 'true'])
    const refused = await ask(app, '/api/notes', { origin: page })
    expect([refused.status, allowed(refused)]).toEqual([401, page])
  })

  it('hand-written routes are covered, and may answer OPTIONS themselves', async () => {
    const router = routerOf({ cors })
    router.get('/hello', (c) => c.text('hello'))
    router.options('/own', (c) => c.text('mine'))
    const app = createApp(router, { cellar: scene.cellar })
    expect(allowed(await ask(app, '/api/hello', { origin: page }))).toBe(page)
    expect((await preflight(app, '/api/hello')).headers.get('access-control-allow-methods')).toBe('GET, HEAD')
    const own = await preflight(app, '/api/own')
    expect([await own.text(), allowed(own)]).toEqual(['mine', page])
  })

  it('of the app holds for all routers but those with their own', async () => {
    const open = routerOf({ prefix: '/open' })
    const closed = routerOf({ prefix: '/closed', cors: { origins: ['https://other.example'] } })
    const app = createApp([open, closed], { cellar: scene.cellar, cors: { origins: '*' } })
    for (const path of ['/open/notes', '/openapi.json', '/open/nowhere'])
      expect(allowed(await ask(app, path, { origin: page }))).toBe('*')
    expect((await preflight(app, '/open/notes')).headers.get('access-control-allow-methods')).toBe('POST, GET, HEAD')
    expect(allowed(await ask(app, '/closed/notes', { origin: page }))).toBe(null)
    expect(allowed(await preflight(app, '/closed/notes'))).toBe(null)
    expect(allowed(await ask(app, '/closed/notes', { origin: 'https://other.example' }))).toBe('https://other.example')
  })

  it('works for routers that share a prefix, and mounted below something', async () => {
    const reader = new TableRouter({ prefix: '/api', cors }).addQueryRoute(all, { path: '/notes', method: 'get' })
    const writer = new TableRouter({ prefix: '/api', cors }).addInsertRoute(notes, { path: '/notes' })
    const app = createApp([reader, writer], { cellar: scene.cellar })
    const methods = (await preflight(app, '/api/notes')).headers.get('access-control-allow-methods')?.split(', ').sort()
    expect(methods).toEqual(['GET', 'HEAD', 'POST'])
    const outer = new Hono().route('/v1', routerOf({ cors }).bind(scene.cellar))
    outer.get('/other', (c) => c.text('other'))
    expect((await preflight(outer, '/v1/api/notes')).headers.get('access-control-allow-methods')).toBe(
      'POST, GET, HEAD',
    )
    expect(allowed(await ask(outer, '/other', { origin: page }))).toBe(null)
    const bare = new Hono().route('/', routerOf({ prefix: '', cors }).bind(scene.cellar))
    bare.get('/other', (c) => c.text('other'))
    expect(allowed(await ask(bare, '/notes', { origin: page }))).toBe(page)
    expect(allowed(await ask(bare, '/other', { origin: page }))).toBe(null)
  })

  it.each([
    { origins: '*', credentials: true },
    { origins: ['app.example'] },
    { origins: ['https://app.example/'] },
    { origins: page },
    { origins: [page], maxAge: -1 },
  ])('%j is refused', (given) => {
    expect(() => new TableRouter({ cors: given as never })).toThrowError(
      expect.objectContaining({ code: 'ROUTE_INVALID' }),
    )
  })
})
