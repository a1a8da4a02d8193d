import { count, defineFunction, defineQuery, defineTable, t, uuid7 } from 'cellar'
import { createClient } from 'cellar/client'
import { TableRouter } from 'cellar/serve'
import { beforeEach, describe, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const shout = defineFunction({
  name: 'routePagesShout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => `${text}!`,
})
const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  title: t.string(),
  stars: t.int().nullable(),
  big: t.bigint().default(7n),
})
const scene = useCellar([notes])
const COUNT = 25

const all = defineQuery('all', {}, (_, { from }) => from(notes))
const byStars = defineQuery('byStars', { text: t.string().default('') }, ({ text }, { from }) =>
  from(notes)
    .where((c) => c.title.contains(text))
    .orderBy((c) => c.stars.desc())
    .select((c) => ({ id: c.id, stars: c.stars })),
)
const ten = defineQuery('ten', {}, (_, { from }) =>
  from(notes)
    .orderBy((c) => c.id)
    .limit(10)
    .select((c) => ({ id: c.id })),
)
const some = defineQuery('some', { limit: t.int().default(12) }, ({ limit }, { from }) =>
  from(notes)
    .orderBy((c) => c.id)
    .limit(limit)
    .select((c) => ({ id: c.id })),
)
const own = defineQuery('own', { after: t.int() }, ({ after }, { from }) =>
  from(notes)
    .where((c) => c.id.gt(after))
    .orderBy((c) => c.id)
    .select((c) => ({ id: c.id })),
)
const loud = defineQuery('loud', { big: t.bigint(), key: t.uuid().default(uuid7()) }, ({ big }, { from }) =>
  from(notes)
    .where((c) => c.big.eq(big).and(shout({ text: c.title }).ne('note 3!')))
    .select((c) => ({ id: c.id, loud: shout({ text: c.title }) })),
)
const perStars = defineQuery('perStars', {}, (_, { from }) =>
  from(notes)
    .groupBy((c) => ({ stars: c.stars }))
    .select((c) => ({ stars: c.stars, n: count() }))
    .orderBy((c) => c.stars),
)

const api = new TableRouter({ prefix: '/api', openapi: true })
  .addQueryRoute(all, { path: '/all', method: 'get' })
  .addQueryRoute(all, { path: '/all' })
  .addQueryRoute(byStars, { path: '/stars', method: 'get' })
  .addQueryRoute(byStars, { path: '/stars', outputs: ['stars'] })
  .addQueryRoute(byStars, { path: '/with/:text', method: 'get' })
  .addQueryRoute(ten, { path: '/ten', method: 'get' })
  .addQueryRoute(some, { path: '/some', method: 'get' })
  .addQueryRoute(some, { path: '/some' })
  .addQueryRoute(own, { path: '/own', method: 'get' })
  .addQueryRoute(loud, { path: '/loud' })
  .addQueryRoute(perStars, { path: '/groups', method: 'get' })
  .addQueryRoute(ten, {
    path: '/handled',
    method: 'get',
    handler: ({ rows }) => ({ rows: rows.map(({ id }) => ({ id: -id })) }),
  })

interface Page {
  readonly rows: readonly { readonly id: number }[]
  readonly next: string | null
}

async function get(path: string): Promise<Page & { readonly link: string | null }> {
  const response = await api.request(`/api${path}`)
  expect(response.status, await response.clone().text()).toBe(200)
  return { ...((await response.json()) as Page), link: response.headers.get('link') }
}
const send = (path: string, body: unknown) =>
  api.request(`/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
async function post(path: string, body: unknown): Promise<Page & { readonly link: string | null }> {
  const response = await send(path, body)
  expect(response.status, await response.clone().text()).toBe(200)
  return { ...((await response.json()) as Page), link: response.headers.get('link') }
}
async function code(response: Response | Promise<Response>) {
  const { status, code: name } = (await (await response).json()) as { status: number; code: string }
  return `${status} ${name}`
}
const idsOf = ({ rows }: Page) => rows.map(({ id }) => id)
const upTo = (end: number) => Array.from({ length: end }, (_, id) => id)

beforeEach(async () => {
  api.bind(scene.cellar)
  await scene.cellar.insert(
    notes,
    upTo(COUNT).map((id) => ({ id, title: `note ${id}`, stars: id % 6 === 0 ? null : id % 6 })),
  )
})

async function follow(path: string): Promise<readonly unknown[]> {
  const rows: unknown[] = []
  let page = await get(path)
  for (;;) {
    rows.push(...page.rows)
    const url = /^<([^>]+)>; rel="next"$/.exec(page.link ?? '')?.[1]
    expect(url === undefined).toBe(page.next === null)
    if (url === undefined) return rows
    page = await get(url.slice('/api'.length))
  }
}

describe('pages of query routes', () => {
  it('hold at most 100 rows unless the request says, and 1,000 at most', async () => {
    await scene.cellar.insert(
      notes,
      Array.from({ length: 1100 }, (_, at) => ({ id: 100 + at, title: 'more' })),
    )
    const page = await get('/all')
    expect(page.rows).toHaveLength(100)
    expect((await get('/all?limit=1000')).rows).toHaveLength(1000)
    for (const limit of ['0', '1001', '-1', '1.5', 'x', ''])
      expect(await code(api.request(`/api/all?limit=${limit}`))).toBe('422 INVALID_VALUE')
    expect(await follow('/all?limit=400')).toHaveLength(COUNT + 1100)
  })

  it('give each row once, in the order of the query, by cursor and by Link', async () => {
    const whole = (await get('/stars?limit=1000')).rows
    expect(whole).toHaveLength(COUNT)
    for (const limit of [1, 4, 24, 25, 26]) expect(await follow(`/stars?limit=${limit}`)).toEqual(whole)
    expect((await get(`/stars?limit=${COUNT}`)).next).toBe(null)
    expect(await follow('/with/note%201?limit=3')).toHaveLength(11)
  })

  it('take limit and after in a body or in the address, which counts', async () => {
    const first = await post('/all', { limit: 10 })
    expect(idsOf(first)).toEqual(upTo(10))
    const second = await post('/all', { limit: 10, after: first.next })
    expect(idsOf(second)).toEqual(upTo(20).slice(10))
    const url = /<([^>]+)>/.exec(second.link ?? '')?.[1] ?? ''
    const third = await post(url.slice('/api'.length), { limit: 10, after: first.next })
    expect(idsOf(third)).toEqual(upTo(COUNT).slice(20))
    expect(third.next).toBe(null)
    expect(idsOf(await post('/all?limit=2', { after: null }))).toEqual([0, 1])
    const form = new FormData()
    form.append('limit', '10')
    const inForm = await api.request(`/api/all?limit=3&after=${first.next}`, { method: 'POST', body: form })
    expect(idsOf((await inForm.json()) as Page)).toEqual(idsOf(second).slice(0, 3))
    expect(await code(send('/all', { limit: '10' }))).toBe('422 INVALID_VALUE')
    expect(await code(send('/all', { other: 1 }))).toBe('422 INVALID_VALUE')
    expect(await code(api.request('/api/all?limit=1&limit=2'))).toBe('422 INVALID_VALUE')
  })

  it('stay within the limit of the query', async () => {
    expect((await follow('/ten?limit=4')).length).toBe(10)
    expect(await get('/ten')).toMatchObject({ rows: upTo(10).map((id) => ({ id })), next: null, link: null })
    expect((await get('/ten?limit=10')).next).toBe(null)
  })

  it('leave the words that a query declares to it', async () => {
    expect(idsOf(await get('/some'))).toEqual(upTo(12))
    expect(idsOf(await get('/some?limit=3'))).toEqual(upTo(3))
    expect(idsOf(await post('/some?limit=4', {}))).toEqual(upTo(4))
    expect(await code(api.request('/api/some?limit=-1'))).toBe('422 INVALID_VALUE')
    await scene.cellar.insert(
      notes,
      Array.from({ length: 1100 }, (_, at) => ({ id: 100 + at, title: 'more' })),
    )
    const page = await get('/some?limit=1100')
    expect(page.rows).toHaveLength(1000)
    expect((await get(`/some?limit=1100&after=${page.next}`)).rows).toHaveLength(100)
    expect(await get('/own?after=20&limit=2')).toMatchObject({ rows: [{ id: 21 }, { id: 22 }], next: null, link: null })
  })

  it('go through groups and what JavaScript computes', async () => {
    const groups = await follow('/groups?limit=2')
    expect(groups).toEqual([1, 2, 3, 4, 5, null].map((stars) => ({ stars, n: stars === null ? 5 : 4 })))
    const seen: number[] = []
    let after: string | null = null
    do {
      const page: Page = await post('/loud', { big: '7', limit: 5, after })
      seen.push(...idsOf(page))
      after = page.next
    } while (after !== null)
    expect(seen).toEqual(upTo(COUNT).filter((id) => id !== 3))
  })

  it('have handlers for their rows', async () => {
    const page = await get('/handled?limit=2')
    expect(idsOf(page)).toEqual([-0, -1].map((id) => id + 0))
    expect(page.next).not.toBe(null)
  })

  it('refuse cursors of other queries and other values, and those that were changed', async () => {
    const { next } = await get('/stars?limit=3')
    expect(await code(api.request(`/api/all?after=${next}`))).toBe('422 INVALID_CURSOR')
    expect(await code(api.request(`/api/stars?after=${next}&text=1`))).toBe('422 INVALID_CURSOR')
    const changed = `${next?.slice(0, -4)}${next?.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
    for (const after of ['', 'x', changed, `${next}.x`, `x${next}`])
      expect(await code(api.request(`/api/stars?after=${after}`))).toBe('422 INVALID_CURSOR')
  })

  it('say that the schema moved', async () => {
    const moving = defineTable('moving', { id: t.int().primaryKey() })
    await scene.cellar.apply([moving])
    await scene.cellar.insert(moving, [{ id: 1 }, { id: 2 }])
    const query = defineQuery('moving', {}, (_, { from }) => from(moving).select((c) => ({ id: c.id })))
    const router = new TableRouter().addQueryRoute(query, { path: '/m', method: 'get' }).bind(scene.cellar)
    const { next } = (await (await router.request('/m?limit=1')).json()) as Page
    expect(next).not.toBe(null)
    await scene.cellar.apply([defineTable('moving', { id: t.int().primaryKey(), more: t.string().nullable() })])
    expect(await code(router.request(`/m?limit=1&after=${next}`))).toBe('409 CURSOR_OUTDATED')
    expect((await router.request('/m?limit=1')).status).toBe(200)
  })

  it('are typed in the client', async () => {
    const client = createClient<typeof api>({
      baseUrl: 'http://test/api',
      fetch: (input, init) => Promise.resolve(api.request(String(input), init)),
    })
    const { rows, next } = await client.call('/all', { limit: 2 }, { method: 'post' })
    expect(rows.map(({ id }) => id)).toEqual([0, 1])
    const rest = await client.call('/all', { limit: 1, after: next }, { method: 'get' })
    expect(rest.rows.map(({ id }) => id)).toEqual([2])
  })

  it('are in OpenAPI', async () => {
    const document = (await (await api.request('/api/openapi.json')).json()) as {
      paths: Record<string, Record<string, never>>
    }
    const operation = document.paths['/api/all']?.get as unknown as {
      parameters: { name: string; schema: unknown }[]
      responses: Record<string, { headers?: object; content: Record<string, unknown> }>
    }
    expect(operation.parameters).toMatchObject([
      { name: 'limit', in: 'query', required: false, schema: { minimum: 1, maximum: 1000, default: 100 } },
      { name: 'after', in: 'query', required: false },
    ])
    expect(Object.keys(operation.responses[200]?.content ?? {})).toEqual([
      'application/json',
      'application/x-ndjson',
      'text/csv',
    ])
    expect(operation.responses[200]).toMatchObject({
      headers: { Link: {} },
      content: { 'application/json': { schema: { required: ['rows', 'next'] } } },
    })
    expect(operation.responses).toHaveProperty('406')
    const handled = document.paths['/api/handled']?.get as unknown as typeof operation
    expect(Object.keys(handled.responses[200]?.content ?? {})).toEqual(['application/json'])
  })

  it('are refused at declaration for rows that cannot be told apart', () => {
    const tagged = defineTable('tagged', { id: t.int().primaryKey(), tags: t.json<string[]>() })
    const query = defineQuery('tags', {}, (_, { from }) =>
      from(tagged)
        .select((c) => ({ tags: c.tags }))
        .distinct(),
    )
    const declare = () => new TableRouter().addQueryRoute(query, { path: '/tags' })
    expect(declare).toThrow(expect.objectContaining({ code: 'ROUTE_INVALID' }))
  })
})
