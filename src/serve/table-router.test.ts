import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { defineQuery } from '../query/query-definition.ts'
import { defineTable } from '../schema/define-table.ts'
import { t } from '../types/t.ts'
import { TableRouter } from './table-router.ts'

const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  text: t.string(),
  picture: t.image().nullable(),
  scan: t.document().nullable(),
  meta: t.json().nullable(),
}).computed('loud', (c) => c.text.upper())
const logs = defineTable('logs', { line: t.string() })
const findNotes = defineQuery(
  'findNotes',
  { text: t.string(), limit: t.int().default(10) },
  ({ text, limit }, { from }) =>
    from(notes)
      .where((c) => c.text.contains(text))
      .limit(limit)
      .select((c) => ({ id: c.id, text: c.text })),
)

// Declarations that the types refuse as well: this is what JavaScript users and casts meet.
type Loose = (target: unknown, options: Record<string, unknown>) => unknown
const loose = (method: string, router = new TableRouter()) =>
  ((target, options) => (router as unknown as Record<string, Loose>)[method]?.call(router, target, options)) as Loose
const invalid = (option: string) =>
  expect.objectContaining({ code: 'ROUTE_INVALID', details: expect.objectContaining({ option }) })

describe('declaring a route', () => {
  it.each([
    ['a path without a slash', 'addInsertRoute', notes, { path: 'notes' }, 'path'],
    ['no path', 'addInsertRoute', notes, {}, 'path'],
    ['an unknown input', 'addInsertRoute', notes, { path: '/n', inputs: ['id', 'txt'] }, 'inputs'],
    ['an input given twice', 'addInsertRoute', notes, { path: '/n', inputs: ['id', 'id'] }, 'inputs'],
    ['a computed input', 'addInsertRoute', notes, { path: '/n', inputs: ['id', 'text', 'loud'] }, 'inputs'],
    ['inputs that lack a required column', 'addInsertRoute', notes, { path: '/n', inputs: ['id'] }, 'inputs'],
    ['an unknown upload', 'addInsertRoute', notes, { path: '/n', uploadInputs: ['pic'] }, 'uploadInputs'],
    ['an upload for text', 'addInsertRoute', notes, { path: '/n', uploadInputs: ['text'] }, 'uploadInputs'],
    ['a computed upload', 'addInsertRoute', notes, { path: '/n', uploadInputs: ['loud'] }, 'uploadInputs'],
    [
      'a name that is input and upload',
      'addInsertRoute',
      notes,
      { path: '/n', inputs: ['id', 'text', 'picture'], uploadInputs: ['picture'] },
      'inputs',
    ],
    ['an unknown output', 'addInsertRoute', notes, { path: '/n', outputs: ['txt'] }, 'outputs'],
    ['no outputs', 'addInsertRoute', notes, { path: '/n', outputs: [] }, 'outputs'],
    [
      'a file without a media output',
      'addInsertRoute',
      notes,
      { path: '/n', returnFile: true, outputs: ['id'] },
      'returnFile',
    ],
    [
      'a file with two media outputs',
      'addInsertRoute',
      notes,
      { path: '/n', returnFile: true, outputs: ['picture', 'scan'] },
      'returnFile',
    ],
    [
      'a file in the background',
      'addInsertRoute',
      notes,
      { path: '/n', returnFile: true, background: true, outputs: ['picture'] },
      'returnFile',
    ],
    [
      'a handler in the background',
      'addInsertRoute',
      notes,
      { path: '/n', background: true, handler: () => ({}) },
      'handler',
    ],
    ['a handler that is no function', 'addInsertRoute', notes, { path: '/n', handler: 'x' }, 'handler'],
    ['an option of another kind', 'addInsertRoute', notes, { path: '/n', oneRow: true }, 'oneRow'],
    ['a misspelt option', 'addInsertRoute', notes, { path: '/n', inputz: [] }, 'inputz'],
    [
      'a value that the server sets and the caller gives',
      'addInsertRoute',
      notes,
      { path: '/n', inputs: ['id', 'text'], set: { text: () => 'x' } },
      'inputs',
    ],
    ['set of an unknown column', 'addInsertRoute', notes, { path: '/n', set: { owner: () => 'x' } }, 'set'],
    ['set of a value', 'addInsertRoute', notes, { path: '/n', set: { text: 'x' } }, 'set.text'],
    ['a default of another type', 'addInsertRoute', notes, { path: '/n', defaults: { text: 7 } }, 'defaults.text'],
    [
      'a default for no input',
      'addInsertRoute',
      notes,
      { path: '/n', inputs: ['id', 'text'], defaults: { meta: {} } },
      'defaults',
    ],
    ['a path parameter that is no input', 'addInsertRoute', notes, { path: '/n/:key' }, 'path'],
    [
      'a compute route that lacks what an output needs',
      'addComputeRoute',
      notes,
      { path: '/n', inputs: ['id'], outputs: ['loud'] },
      'inputs',
    ],
    ['an update without a primary key', 'addUpdateRoute', logs, { path: '/n' }, 'table'],
    ['an update by get', 'addUpdateRoute', notes, { path: '/n', method: 'get' }, 'method'],
    ['a method that does not exist', 'addUpdateRoute', notes, { path: '/n', method: 'POST' }, 'method'],
    ['defaults in an update', 'addUpdateRoute', notes, { path: '/n', defaults: { text: 'x' } }, 'defaults'],
    ['a delete without columns to match', 'addDeleteRoute', logs, { path: '/n' }, 'matchColumns'],
    ['a delete that matches nothing', 'addDeleteRoute', logs, { path: '/n', matchColumns: [] }, 'matchColumns'],
    [
      'a delete that matches an unknown column',
      'addDeleteRoute',
      logs,
      { path: '/n', matchColumns: ['x'] },
      'matchColumns',
    ],
    [
      'a delete that matches a picture',
      'addDeleteRoute',
      notes,
      { path: '/n', matchColumns: ['picture'] },
      'matchColumns',
    ],
    ['an unknown parameter', 'addQueryRoute', findNotes, { path: '/n', inputs: ['text', 'max'] }, 'inputs'],
    ['parameters that lack a required one', 'addQueryRoute', findNotes, { path: '/n', inputs: ['limit'] }, 'inputs'],
    ['an unknown result column', 'addQueryRoute', findNotes, { path: '/n', outputs: ['loud'] }, 'outputs'],
  ])('refuses %s', (_, method, target, options, option) => {
    expect(() => loose(method)(target, options)).toThrowError(invalid(option))
  })

  it('names the route and says what to do', () => {
    expect(() => loose('addInsertRoute')(notes, { path: '/n', outputs: ['txt'] })).toThrowError(
      "addInsertRoute POST /n: outputs names 'txt', which is no column of notes. There are id, text, picture, scan, meta, loud.",
    )
  })

  it('leaves nothing behind when it is refused', async () => {
    const router = new TableRouter()
    expect(() => loose('addInsertRoute', router)(notes, { path: '/n', outputs: ['txt'] })).toThrowError()
    router.addInsertRoute(notes, { path: '/n' })
    expect((await router.request('/n', { method: 'POST' })).status).toBe(503)
  })

  it('refuses the same method and path twice, whatever the parameters are called', () => {
    const router = new TableRouter().addUpdateRoute(notes, { path: '/n/:id', method: 'patch' })
    const duplicate = expect.objectContaining({ code: 'ROUTE_DUPLICATE' })
    expect(() => router.addUpdateRoute(notes, { path: '/n/:id', method: 'patch' })).toThrowError(duplicate)
    expect(() =>
      router.addDeleteRoute(notes, { path: '/n/:text', method: 'patch', matchColumns: ['text'] }),
    ).toThrowError(duplicate)
    router.addDeleteRoute(notes, { path: '/n/:id', method: 'delete' })
  })

  it('refuses a path that is also written by hand, when the router is first used', async () => {
    const router = new TableRouter({ prefix: '/api' }).addQueryRoute(findNotes, { path: '/find', method: 'get' })
    router.get('/find', (c) => c.text('mine'))
    expect(() => router.routes).toThrowError(expect.objectContaining({ code: 'ROUTE_DUPLICATE' }))
  })

  it.each(['api', '/api/', 'http://x'])('refuses the prefix %s', (prefix) => {
    expect(() => new TableRouter({ prefix })).toThrowError(invalid('prefix'))
  })
})

describe('a router', () => {
  it('answers 503 while it is not bound', async () => {
    const router = new TableRouter({ prefix: '/api' }).addInsertRoute(notes, { path: '/notes' })
    const response = await router.request('/api/notes', { method: 'POST', body: '{}' })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'ROUTER_UNBOUND', status: 503 })
  })

  it('has its prefix before hand-written routes too, direct and mounted', async () => {
    const router = new TableRouter({ prefix: '/api' })
    router.get('/hello', (c) => c.text('hello'))
    expect(await (await router.request('/api/hello')).text()).toBe('hello')
    const app = new Hono().route('/outer', router)
    expect(await (await app.request('/outer/api/hello')).text()).toBe('hello')
  })

  it('runs middleware that was added after the routes', async () => {
    const router = new TableRouter({ prefix: '/api' }).addInsertRoute(notes, { path: '/notes' })
    router.use(async (c, next) => {
      await next()
      c.header('x-seen', 'yes')
    })
    for (const app of [router, new Hono().route('/', router)]) {
      const response = await app.request('/api/notes', { method: 'POST', body: '{}' })
      expect(response.headers.get('x-seen')).toBe('yes')
    }
  })

  it('matches specific paths before parameters, in whatever order they were added', async () => {
    const byId = defineQuery('byId', { id: t.int() }, ({ id }, { from }) => from(notes).where((c) => c.id.eq(id)))
    const router = new TableRouter()
      .addQueryRoute(byId, { path: '/n/:id', method: 'get', summary: 'one' })
      .addQueryRoute(findNotes, { path: '/n/find', method: 'get', summary: 'find' })
    const paths = router.routes.filter((route) => route.method === 'GET').map((route) => route.path)
    expect(paths.indexOf('/n/find')).toBeLessThan(paths.indexOf('/n/:id'))
  })

  it('matches a declared path before a hand-written parameter', () => {
    const router = new TableRouter()
    router.get('/n/:id', (c) => c.text('by hand'))
    router.addQueryRoute(findNotes, { path: '/n/find', method: 'get' })
    const paths = router.routes.map((route) => route.path)
    expect(paths.indexOf('/n/find')).toBeLessThan(paths.indexOf('/n/:id'))
  })

  it('refuses routes after it was mounted or used', async () => {
    const sealed = expect.objectContaining({ code: 'ROUTER_SEALED' })
    const used = new TableRouter()
    await used.request('/x')
    expect(() => used.addInsertRoute(notes, { path: '/n' })).toThrowError(sealed)
    const mounted = new TableRouter()
    new Hono().route('/', mounted)
    expect(() => mounted.get('/late', (c) => c.text('late'))).toThrowError(sealed)
    expect(() => mounted.addInsertRoute(notes, { path: '/n' })).toThrowError(sealed)
  })

  it('can be given sub-apps and base paths before that', async () => {
    const router = new TableRouter({ prefix: '/api' })
    router.route(
      '/sub',
      new Hono().get('/x', (c) => c.text('sub')),
    )
    router.basePath('/deep').get('/y', (c) => c.text('deep'))
    router.get('/z', (c) => c.text('z'))
    expect(await (await router.request('/api/sub/x')).text()).toBe('sub')
    expect(await (await router.request('/api/deep/y')).text()).toBe('deep')
    expect(await (await router.request('/api/z')).text()).toBe('z')
  })

  it.each(['', '/api'])('answers 404 and 405 with a problem under the prefix %j', async (prefix) => {
    const router = new TableRouter({ prefix }).addUpdateRoute(notes, { path: '/n/:id', method: 'patch' })
    router.get('/hello', (c) => c.text('hello'))
    const missing = await router.request(`${prefix}/nope`)
    expect(missing.status).toBe(404)
    expect(missing.headers.get('content-type')).toBe('application/problem+json')
    expect(await missing.json()).toMatchObject({ code: 'NOT_FOUND' })
    const wrong = await router.request(`${prefix}/n/7`, { method: 'PUT' })
    expect(wrong.status).toBe(405)
    expect(wrong.headers.get('allow')).toBe('PATCH')
    const read = await router.request(`${prefix}/hello`, { method: 'POST' })
    expect(read.headers.get('allow')).toBe('GET, HEAD')
  })

  it('answers 404 and 405 where it is mounted', async () => {
    const app = new Hono().route('/outer', new TableRouter({ prefix: '/api' }).addInsertRoute(notes, { path: '/n' }))
    expect((await app.request('/outer/api/nope')).headers.get('content-type')).toBe('application/problem+json')
    expect((await app.request('/outer/api/n')).status).toBe(405)
    expect((await app.request('/elsewhere')).headers.get('content-type')).not.toBe('application/problem+json')
  })

  it('leaves requests to another router of the same prefix', async () => {
    const first = new TableRouter({ prefix: '/api' })
    const second = new TableRouter({ prefix: '/api' })
    second.get('/second', (c) => c.text('second'))
    const app = new Hono().route('/', first).route('/', second)
    expect(await (await app.request('/api/second')).text()).toBe('second')
    expect((await app.request('/api/third')).status).toBe(404)
  })

  it('turns what hand-written code throws into a problem, unless it has an error handler', async () => {
    const failing = new TableRouter()
    failing.get('/x', () => {
      throw new TypeError('secret')
    })
    const response = await failing.request('/x')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    const own = new TableRouter()
    own.onError((_, c) => c.text('mine', 418))
    own.get('/x', () => {
      throw new TypeError('secret')
    })
    expect((await new Hono().route('/', own).request('/x')).status).toBe(418)
  })
})

describe('auth', () => {
  const users = new TableRouter<{ Variables: { user: { id: string }; seen: string } }>({
    auth: (c) => (c.req.header('authorization') === 'me' ? { id: 'me' } : null),
  })
  users.use(async (c, next) => {
    c.set('seen', 'yes')
    await next()
    c.header('x-seen', c.get('seen'))
  })
  users.addInsertRoute(notes, { path: '/notes' }).addQueryRoute(findNotes, { path: '/find', public: true })
  users.get('/hello', (c) => c.text(c.get('user').id))
  users.all('/any', (c) => c.text('any'))

  it('answers 401 without a user, to declared and hand-written routes and jobs', async () => {
    for (const [path, method] of [
      ['/notes', 'POST'],
      ['/hello', 'GET'],
      ['/any', 'GET'],
      ['/jobs', 'GET'],
    ] as const) {
      const response = await users.request(path, { method })
      expect([path, response.status]).toEqual([path, path === '/notes' ? 503 : 401])
    }
  })

  it('goes on with a user, after middleware', async () => {
    const response = await users.request('/hello', { headers: { authorization: 'me' } })
    expect(await response.text()).toBe('me')
    expect(response.headers.get('x-seen')).toBe('yes')
  })
})
