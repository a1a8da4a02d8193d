import { defineTable, t } from 'cellar'
import { createClient } from 'cellar/client'
import { TableRouter } from 'cellar/serve'
import { beforeEach, describe, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  title: t.string(),
  stars: t.int().nullable(),
  price: t.decimal().nullable(),
  taken: t.timestamp().nullable(),
  owner: t.string().default('nobody'),
  tags: t.json<string[]>().nullable(),
  picture: t.image().nullable(),
}).computed('loud', (c) => c.title.upper())
const parts = defineTable('parts', {
  order: t.string().primaryKey(),
  line: t.int().primaryKey(),
  limit: t.int().nullable(),
})
const scene = useCellar([notes, parts])

const api = new TableRouter({ prefix: '/api', openapi: true })
  .addTableRoutes(notes, {
    path: '/notes',
    public: true,
    uploadInputs: ['picture'],
    set: { owner: (c) => c.req.header('x-owner') ?? 'nobody' },
  })
  .addTableRoutes(parts, { path: '/parts', keyPath: '/:order/:line', public: true })
  .addTableRoutes(notes, {
    path: '/titles',
    public: true,
    only: ['list', 'get'],
    outputs: ['title'],
    filters: ['title', 'loud'],
  })

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await api.request(`/api${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const found = (await response.json()) as Record<string, unknown>
  return { status: response.status, body: found, link: response.headers.get('link') }
}
async function ids(query: string): Promise<unknown[]> {
  const { status, body } = await send('GET', `/notes${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return (body.rows as { id: number }[]).map(({ id }) => id)
}

beforeEach(async () => {
  api.bind(scene.cellar)
  await scene.cellar.insert(notes, [
    { id: 1, title: 'A cat', stars: 5, price: '1.50', taken: new Date('2024-01-01') },
    { id: 2, title: 'a dog', stars: 3, price: '10', taken: new Date('2024-02-01') },
    { id: 3, title: "Robert'); drop table notes;--", stars: null },
    { id: 4, title: '100% _x', stars: 3, owner: 'ann' },
    { id: 5, title: 'A cat', stars: 1, taken: new Date('2024-03-01') },
  ])
})

describe('the list of a table', () => {
  it.each([
    ['', [1, 2, 3, 4, 5]],
    ['?title=A%20cat', [1, 5]],
    ['?title=A%20cat&stars.gte=3', [1]],
    ['?stars.gt=1&stars.lt=5', [2, 4]],
    ['?stars.lte=1', [5]],
    ['?stars.ne=3', [1, 5]],
    ['?stars.in=1&stars.in=5', [1, 5]],
    ['?stars.in=3', [2, 4]],
    ['?stars.null=true', [3]],
    ['?stars.null=false', [1, 2, 4, 5]],
    ['?price=1.5', [1]],
    ['?price.gt=2', [2]],
    ['?taken.gte=2024-02-01T00:00:00Z', [2, 5]],
    ['?title.contains=cat', [1, 5]],
    ['?title.contains=%25', [4]],
    ['?title.contains=_', [4]],
    ['?title.startsWith=A', [1, 5]],
    ['?loud=A%20DOG', [2]],
    [`?title=${encodeURIComponent("Robert'); drop table notes;--")}`, [3]],
    [`?title=${encodeURIComponent("' or 1=1 --")}`, []],
    ['?sort=-id', [5, 4, 3, 2, 1]],
    ['?sort=stars,-id', [5, 4, 2, 1, 3]],
    ['?sort=-stars', [3, 1, 2, 4, 5]],
    ['?sort=-title,stars&limit=2', [2, 3]],
  ])('is filtered and sorted: %s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected)
    expect(await ids(query)).toEqual(expected)
  })

  it('goes on by cursor, which is for these filters only', async () => {
    const first = await send('GET', '/notes?sort=stars&limit=2&title.contains=a')
    const rest = await api.request(/<([^>]+)>/.exec(first.link ?? '')?.[1] ?? '')
    const { rows, next } = (await rest.json()) as { rows: { id: number }[]; next: string | null }
    const all = [...(first.body.rows as { id: number }[]), ...rows].map(({ id }) => id)
    expect(all).toEqual(await ids('?sort=stars&title.contains=a'))
    expect(next).toBe(null)
    for (const query of [
      '?sort=stars&limit=2',
      '?sort=stars&limit=2&title.contains=b',
      '?sort=-stars&title.contains=a',
    ]) {
      const other = await send('GET', `/notes${query}&after=${first.body.next}`)
      expect([other.status, other.body.code]).toEqual([422, 'INVALID_CURSOR'])
    }
  })

  it('streams too', async () => {
    const response = await api.request('/api/titles?title.startsWith=A', { headers: { accept: 'text/csv' } })
    expect(await response.text()).toBe('title\r\nA cat\r\nA cat\r\n')
  })

  it.each([
    ['?nope=1', 'nope'],
    ['?tags=1', 'tags'],
    ['?picture=1', 'picture'],
    ['?stars=x', 'stars'],
    ['?stars.gte=', 'stars.gte'],
    ['?stars.like=1', 'stars.like'],
    ['?stars.contains=1', 'stars.contains'],
    ['?id.null=true', 'id.null'],
    ['?stars=1&stars=2', 'stars'],
    ['?sort=nope', 'sort'],
    ['?sort=id,-id', 'sort'],
    ['?sort=id;drop', 'sort'],
    ['?sort=tags', 'sort'],
    ['?sort=id,title,stars,price,taken', 'sort'],
    ['?limit=0', 'limit'],
    [`?stars.in=${Array.from({ length: 101 }, (_, n) => n).join('&stars.in=')}`, 'stars.in'],
  ])('refuses %s', async (query, name) => {
    const { status, body } = await send('GET', `/notes${query}`)
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ path: expect.arrayContaining([name]) }])
  })

  it('has the columns and filters that were named', async () => {
    expect((await send('GET', '/titles?title=a%20dog')).body).toEqual({ rows: [{ title: 'a dog' }], next: null })
    expect((await send('GET', '/titles?id=1')).status).toBe(422)
    expect((await send('GET', '/titles/2')).body).toEqual({ title: 'a dog' })
    expect((await send('POST', '/titles', { id: 9, title: 'x' })).status).toBe(405)
    expect((await send('DELETE', '/titles/2')).status).toBe(405)
  })
})

describe('a row of a table', () => {
  it('is inserted, read, changed and deleted', async () => {
    const made = await send('POST', '/notes', { id: 9, title: 'new' }, { 'x-owner': 'bob' })
    expect([made.status, made.body]).toMatchObject([200, { id: 9, title: 'new', owner: 'bob', loud: 'NEW' }])
    expect((await send('GET', '/notes/9')).body).toEqual(made.body)
    expect((await send('PATCH', '/notes/9', { title: 'newer' })).body).toMatchObject({ title: 'newer', owner: 'bob' })
    expect((await send('PATCH', '/notes/9', { owner: 'eve' })).status).toBe(422)
    expect((await send('DELETE', '/notes/9')).body).toEqual({ num_rows: 1 })
    expect((await send('GET', '/notes/9')).body).toMatchObject({ status: 404, code: 'ROW_NOT_FOUND' })
    expect((await send('PATCH', '/notes/9', { title: 'x' })).status).toBe(404)
    expect((await send('DELETE', '/notes/9')).body).toEqual({ num_rows: 0 })
    expect((await send('GET', '/notes/x')).status).toBe(422)
  })

  it('is found by all columns of a composite key, whatever they are called', async () => {
    expect((await send('POST', '/parts', { order: 'a/b', line: 1, limit: 7 })).status).toBe(200)
    await send('POST', '/parts', { order: 'a/b', line: 2 })
    expect((await send('GET', '/parts/a%2Fb/1')).body).toEqual({ order: 'a/b', line: 1, limit: 7 })
    expect((await send('PATCH', '/parts/a%2Fb/1', { limit: 8 })).body).toMatchObject({ limit: 8 })
    expect((await send('DELETE', '/parts/a%2Fb/1')).body).toEqual({ num_rows: 1 })
    const { body } = await send('GET', '/parts?line.gte=1&limit=1')
    expect(body).toEqual({ rows: [{ order: 'a/b', line: 2, limit: null }], next: null })
  })

  it('is typed in the client', async () => {
    const client = createClient<typeof api>({
      baseUrl: 'http://test/api',
      fetch: (input, init) => Promise.resolve(api.request(String(input), init)),
    })
    const { rows } = await client.call(
      '/notes',
      { 'stars.gte': 3, 'title.contains': 'a', 'stars.in': [3, 5], sort: '-stars', limit: 10 },
      { method: 'get' },
    )
    expect(rows.map(({ title }) => title)).toEqual(['A cat', 'a dog'])
    const { id } = await client.call('/notes', { id: 20, title: 'typed' }, { method: 'post' })
    const changed = await client.call('/notes/:id', { id, stars: 2 }, { method: 'patch' })
    expect(changed.stars).toBe(2)
    expect(await client.call('/parts/:order/:line', { order: 'x', line: 1 }, { method: 'delete' })).toEqual({
      num_rows: 0,
    })
    // @ts-expect-error json has no order, so it is no filter
    await client.call('/notes', { tags: 'x' }, { method: 'get' }).catch(() => {})
  })

  it('is in OpenAPI', async () => {
    const document = (await (await api.request('/api/openapi.json')).json()) as {
      paths: Record<string, Record<string, { parameters: { name: string }[]; operationId: string }>>
    }
    expect(Object.keys(document.paths['/api/notes'] ?? {}).sort()).toEqual(['get', 'post'])
    expect(Object.keys(document.paths['/api/notes/{id}'] ?? {}).sort()).toEqual(['delete', 'get', 'patch'])
    const names = document.paths['/api/titles']?.get?.parameters.map(({ name }) => name)
    expect(names).toEqual([
      ...['title', 'loud'].flatMap((name) =>
        ['', '.ne', '.lt', '.lte', '.gt', '.gte', '.contains', '.startsWith', '.in'].map((word) => name + word),
      ),
      'sort',
      'limit',
      'after',
    ])
  })
})

describe('the declaration of table routes', () => {
  const keyless = defineTable('keyless', { text: t.string() })
  const odd = defineTable('odd', { sort: t.string().primaryKey(), after: t.int() })
  const router = () => new TableRouter()

  it('needs auth or public', () => {
    const refused = expect.objectContaining({ code: 'ROUTE_INVALID' })
    expect(() => router().addTableRoutes(notes, { path: '/n' })).toThrow(refused)
    expect(() => router().addTableRoutes(notes, { path: '/n', public: false })).toThrow(refused)
    expect(() => new TableRouter({ auth: () => null }).addTableRoutes(notes, { path: '/n' })).not.toThrow()
  })

  it('refuses what cannot be had', () => {
    const refused = expect.objectContaining({ code: 'ROUTE_INVALID' })
    const bad: readonly (() => unknown)[] = [
      () => router().addTableRoutes(keyless, { path: '/k', public: true }),
      () => router().addTableRoutes(notes, { path: 'n', public: true }),
      () => router().addTableRoutes(notes, { path: '/:id', public: true }),
      () => router().addTableRoutes(notes, { path: '/n', public: true, only: [] }),
      () => router().addTableRoutes(notes, { path: '/n', public: true, only: ['lists' as 'list'] }),
      () => router().addTableRoutes(notes, { path: '/n', public: true, filters: ['tags'] }),
      () => router().addTableRoutes(notes, { path: '/n', public: true, filters: ['nope' as 'id'] }),
      () => router().addTableRoutes(notes, { path: '/n', public: true, inputs: ['id'] }),
      () => router().addTableRoutes(parts, { path: '/n', public: true, keyPath: '/:line' }),
      () => router().addTableRoutes(odd, { path: '/n', public: true, filters: ['sort'] }),
      () => router().addTableRoutes(notes, { path: '/n', public: true, handler: () => {} } as never),
    ]
    for (const [index, declare] of bad.entries()) expect(declare, String(index)).toThrow(refused)
    expect(() => router().addTableRoutes(keyless, { path: '/k', public: true, only: ['list', 'insert'] })).not.toThrow()
    expect(() => router().addTableRoutes(odd, { path: '/n', public: true })).not.toThrow()
    expect(() =>
      router().addTableRoutes(notes, { path: '/n', public: true }).addInsertRoute(notes, { path: '/n' }),
    ).toThrow(expect.objectContaining({ code: 'ROUTE_DUPLICATE' }))
  })
})
