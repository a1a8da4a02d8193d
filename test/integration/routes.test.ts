import { type Cellar, defineFunction, defineQuery, defineTable, open, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

const measure = defineFunction({
  name: 'routesTestMeasure',
  args: { text: t.string() },
  returns: t.int(),
  run: ({ text }) => {
    if (text === 'boom') throw new TypeError('secret /srv/app.ts')
    return text.length
  },
})

const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  text: t.string(),
  topic: t.string().nullable(),
  stars: t.int().default(3),
  meta: t.json<{ a: number[] }>().nullable(),
  words: t.array(t.string()).nullable(),
  big: t.bigint().nullable(),
  price: t.decimal().nullable(),
  ratio: t.float().nullable(),
  taken: t.timestamp().nullable(),
  day: t.date().nullable(),
  blob: t.binary().nullable(),
})
  .computed('loud', (c) => c.text.upper())
  .computed('size', (c) => measure({ text: c.text }))

const find = defineQuery(
  'find',
  { text: t.string(), topic: t.string().nullable(), limit: t.int().default(2) },
  ({ text, topic, limit }, { from }) =>
    from(notes)
      .where((c) => c.text.contains(text).and(topic.isNull().or(c.topic.eq(topic))))
      .orderBy((c) => c.id.asc())
      .limit(limit)
      .select((c) => ({ id: c.id, text: c.text })),
)
const byTopic = defineQuery('byTopic', { topic: t.string() }, ({ topic }, { from }) =>
  from(notes).where((c) => c.topic.eq(topic)),
)
const byId = defineQuery('byId', { id: t.int() }, ({ id }, { from }) => from(notes).where((c) => c.id.eq(id)))

const seen: unknown[] = []
const api = new TableRouter<{ Variables: { user: { id: string } } }>({ prefix: '/api', limits: { body: 4096 } })
  .addInsertRoute(notes, { path: '/notes' })
  .addInsertRoute(notes, { path: '/short', inputs: ['id', 'text'], outputs: ['id', 'stars', 'size'] })
  .addInsertRoute(notes, {
    path: '/mine',
    inputs: ['id', 'text'],
    set: { topic: (c) => c.req.header('x-user') ?? 'nobody' },
    defaults: { text: 'untitled' },
    outputs: ['id', 'text', 'topic'],
  })
  .addInsertRoute(notes, {
    path: '/handled',
    inputs: ['id', 'text'],
    outputs: ['id', 'size'],
    handler: async (row, { http, cellar }) => {
      if (http.req.header('x-refuse')) throw new Error('refused by the handler')
      seen.push((await cellar.from(notes).collect()).length)
      return { ...row, size: row.size * 100 }
    },
  })
  .addUpdateRoute(notes, { path: '/notes/update', inputs: ['text', 'topic'], outputs: ['id', 'text', 'topic', 'loud'] })
  .addUpdateRoute(notes, { path: '/notes/:id', method: 'patch', inputs: ['stars'], outputs: ['id', 'stars'] })
  .addUpdateRoute(notes, {
    path: '/shaped/:id',
    method: 'put',
    inputs: ['text'],
    outputs: ['id', 'loud'],
    handler: (row, { http }) => {
      if (http.req.header('x-refuse')) throw new Error('refused by the handler')
      return { ...row, loud: `${row.loud}!` }
    },
  })
  .addDeleteRoute(notes, { path: '/notes/delete' })
  .addDeleteRoute(notes, { path: '/notes/:id', method: 'delete' })
  .addDeleteRoute(notes, { path: '/sweep', matchColumns: ['topic'] })
  .addComputeRoute(notes, { path: '/preview', inputs: ['text'], outputs: ['loud', 'size'] })
  .addQueryRoute(find, { path: '/find' })
  .addQueryRoute(find, { path: '/find', method: 'get' })
  .addQueryRoute(find, { path: '/few', inputs: ['text'], defaults: { text: 'a' }, set: { limit: () => 1 } })
  .addQueryRoute(byId, { path: '/notes/:id', method: 'get', oneRow: true })
  .addQueryRoute(byTopic, { path: '/topic', oneRow: true, outputs: ['id', 'topic'] })
api.get('/count', async (c) => c.json({ count: (await c.var.cellar.from(notes).collect()).length }))

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([notes])
  api.bind(cellar)
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await cellar.delete(notes)
})

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await api.request(`/api${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...init,
  })
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  }
}
const post = (path: string, body?: unknown, headers?: Record<string, string>) => send('POST', path, body, headers)

describe('an insert route', () => {
  it('answers with the outputs of the stored row, every type in its wire form', async () => {
    const row = {
      id: 1,
      text: 'héllo',
      topic: null,
      stars: 5,
      meta: { a: [1, 2] },
      words: ['x', 'y'],
      big: '9007199254740993',
      price: '1.50',
      ratio: 0.1,
      taken: '2024-05-06T07:08:09.123Z',
      day: '2024-05-06',
      blob: 'AAEC/w==',
    }
    const { status, body } = await post('/notes', row)
    expect(status).toBe(200)
    expect(body).toEqual({ ...row, loud: 'HÉLLO', size: 5 })
    expect(Object.keys(body)).toEqual([...Object.keys(row), 'loud', 'size'])
    expect((await send('GET', '/notes/1')).body).toEqual(body)
  })

  it('fills in defaults and leaves out what is not an output', async () => {
    expect((await post('/short', { id: 1, text: 'abc' })).body).toEqual({ id: 1, stars: 3, size: 3 })
  })

  it('takes values from the server and defaults from the route', async () => {
    const { body } = await post('/mine', { id: 1 }, { 'x-user': 'ann' })
    expect(body).toEqual({ id: 1, text: 'untitled', topic: 'ann' })
    expect((await post('/mine', { id: 2, topic: 'bob' })).body).toMatchObject({
      status: 422,
      errors: [{ path: ['topic'] }],
    })
  })

  it('lets a handler shape the answer before the row is written', async () => {
    seen.length = 0
    expect((await post('/handled', { id: 1, text: 'abc' })).body).toEqual({ id: 1, size: 300 })
    expect(seen).toEqual([0])
  })

  it('writes nothing when the handler throws', async () => {
    const { status, body } = await post('/handled', { id: 1, text: 'abc' }, { 'x-refuse': '1' })
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('refused')
    expect((await send('GET', '/count')).body).toEqual({ count: 0 })
  })

  it('gives each of many concurrent requests its own outcome', async () => {
    await post('/notes', { id: 7, text: 'taken' })
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, id) => post('/short', { id, text: 'x'.repeat(id + 1) })),
    )
    for (const [id, { status, body }] of answers.entries()) {
      if (id === 7) expect(body).toMatchObject({ status: 409, code: 'DUPLICATE_KEY' })
      else expect([status, body]).toEqual([200, { id, stars: 3, size: id + 1 }])
    }
  })

  it.each([
    ['a missing field', { id: 1 }, ['text']],
    ['an unknown field', { id: 1, text: 'x', nope: 1 }, ['nope']],
    ['a computed field', { id: 1, text: 'x', loud: 'X' }, ['loud']],
    ['__proto__', JSON.parse('{"id":1,"text":"x","__proto__":{}}'), ['__proto__']],
    ['a text for a number', { id: '1', text: 'x' }, ['id']],
    ['a number for a text', { id: 1, text: 1 }, ['text']],
    ['a fraction for an int', { id: 1.5, text: 'x' }, ['id']],
    ['an int beyond safe integers', '{"id":9007199254740993,"text":"x"}', ['id']],
    ['null where there is none', { id: 1, text: null }, ['text']],
    ['a wrong element', { id: 1, text: 'x', words: ['a', 1] }, ['words', 1]],
    ['a date that does not exist', { id: 1, text: 'x', day: '2024-02-30' }, ['day']],
    ['NUL in a text', { id: 1, text: 'a\0b' }, ['text']],
  ])('answers 422 to %s and says where', async (_, input, path) => {
    const { status, body, headers } = await post('/notes', input)
    expect(status).toBe(422)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(body).toMatchObject({ code: 'INVALID_VALUE', retryable: false, errors: [{ path }] })
    expect((await send('GET', '/count')).body).toEqual({ count: 0 })
  })

  it('names everything that is wrong at once', async () => {
    const { body } = await post('/notes', { id: 'x', nope: 1 })
    expect((body.errors as { path: unknown[] }[]).map(({ path }) => path[0])).toEqual(['id', 'nope', 'text'])
  })

  it('says nothing about why a function failed', async () => {
    const { status, body } = await post('/notes', { id: 1, text: 'boom' })
    expect([status, body.code]).toEqual([422, 'CELL_FAILED'])
    expect(JSON.stringify(body)).not.toMatch(/secret|srv/)
  })

  it('answers 400 to a body that is not JSON, 413 to one that is too big, 415 to another type', async () => {
    expect((await post('/notes', '{"id":')).body).toMatchObject({ status: 400, code: 'BODY_UNREADABLE' })
    expect((await post('/notes', '7')).body).toMatchObject({ status: 400 })
    expect((await post('/find', '[]')).body).toMatchObject({ status: 400 })
    expect((await post('/notes', { id: 1, text: 'x'.repeat(5000) })).body).toMatchObject({ status: 413 })
    expect((await post('/notes', 'x', { 'content-type': 'text/csv' })).body).toMatchObject({ status: 415 })
  })

  it('answers 422 to an unknown name in the query string', async () => {
    expect((await post('/notes?x=1', { id: 1, text: 'x' })).body).toMatchObject({
      status: 422,
      errors: [{ path: ['x'] }],
    })
  })

  it('takes a form, by the text forms of the types', async () => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ id: '7', text: '8', meta: '{"a":[1]}', stars: '4', topic: '' })) {
      form.append(name, value)
    }
    form.append('words', 'a')
    form.append('words', 'b')
    const response = await api.request('/api/notes', { method: 'POST', body: form })
    expect(await response.json()).toMatchObject({
      id: 7,
      text: '8',
      meta: { a: [1] },
      stars: 4,
      topic: '',
      words: ['a', 'b'],
    })
  })
})

describe('an update route', () => {
  beforeEach(async () => {
    await cellar.insert(notes, [{ id: 1, text: 'one', topic: 'a' }])
  })

  it('leaves alone what is left out, and sets null where null is sent', async () => {
    const first = await post('/notes/update', { id: 1, text: 'uno' })
    expect(first.body).toEqual({ id: 1, text: 'uno', topic: 'a', loud: 'UNO' })
    expect((await post('/notes/update', { id: 1, topic: null })).body).toEqual({
      id: 1,
      text: 'uno',
      topic: null,
      loud: 'UNO',
    })
  })

  it('answers with the row when nothing is to be changed', async () => {
    expect((await post('/notes/update', { id: 1 })).body).toEqual({ id: 1, text: 'one', topic: 'a', loud: 'ONE' })
  })

  it('takes the key from the path', async () => {
    expect((await send('PATCH', '/notes/1', { stars: 9 })).body).toEqual({ id: 1, stars: 9 })
    expect((await send('PATCH', '/notes/1', { id: 2, stars: 9 })).body).toMatchObject({
      status: 422,
      errors: [{ path: ['id'] }],
    })
    expect((await send('PATCH', '/notes/one', { stars: 9 })).body).toMatchObject({
      status: 422,
      errors: [{ path: ['id'] }],
    })
  })

  it('answers 404 without such a row and 422 without a key', async () => {
    expect((await post('/notes/update', { id: 2, text: 'x' })).body).toMatchObject({
      status: 404,
      code: 'ROW_NOT_FOUND',
    })
    expect((await post('/notes/update', { text: 'x' })).body).toMatchObject({ status: 422, errors: [{ path: ['id'] }] })
  })

  it('lets a handler shape the answer, and writes nothing when it throws', async () => {
    expect((await send('PUT', '/shaped/1', { text: 'uno' })).body).toEqual({ id: 1, loud: 'UNO!' })
    expect((await send('PUT', '/shaped/1', { text: 'due' }, { 'x-refuse': '1' })).status).toBe(500)
    expect((await send('GET', '/notes/1')).body).toMatchObject({ text: 'uno' })
  })
})

describe('a delete route', () => {
  beforeEach(async () => {
    await cellar.insert(notes, [
      { id: 1, text: 'one', topic: 'a' },
      { id: 2, text: 'two', topic: 'a' },
      { id: 3, text: 'three' },
    ])
  })

  it('answers with the number of rows', async () => {
    expect((await post('/notes/delete', { id: 1 })).body).toEqual({ num_rows: 1 })
    expect((await post('/notes/delete', { id: 1 })).body).toEqual({ num_rows: 0 })
    expect((await post('/sweep', { topic: 'a' })).body).toEqual({ num_rows: 1 })
    expect((await send('DELETE', '/notes/3')).body).toEqual({ num_rows: 1 })
  })

  it('never deletes because a column is missing or null', async () => {
    for (const body of [{}, { topic: null }, undefined]) {
      expect((await post('/sweep', body)).body).toMatchObject({ status: 422, errors: [{ path: ['topic'] }] })
    }
    expect((await send('GET', '/count')).body).toEqual({ count: 3 })
  })
})

describe('a compute route', () => {
  it('answers with what would be stored, and stores nothing', async () => {
    expect((await post('/preview', { text: 'abc' })).body).toEqual({ loud: 'ABC', size: 3 })
    expect((await send('GET', '/count')).body).toEqual({ count: 0 })
  })
})

describe('a query route', () => {
  beforeEach(async () => {
    await cellar.insert(notes, [
      { id: 1, text: 'aa', topic: 'x' },
      { id: 2, text: 'ab', topic: 'y' },
      { id: 3, text: 'ac', topic: 'y' },
    ])
  })

  it('answers with rows, with defaults for what is left out', async () => {
    expect((await post('/find', { text: 'a' })).body).toEqual({
      rows: [
        { id: 1, text: 'aa' },
        { id: 2, text: 'ab' },
      ],
      next: null,
    })
    expect((await post('/find', { text: 'a', topic: 'y', limit: 1 })).body).toEqual({
      rows: [{ id: 2, text: 'ab' }],
      next: null,
    })
    expect((await post('/find', { text: 'zz' })).body).toEqual({ rows: [], next: null })
    expect((await post('/few', {})).body).toEqual({ rows: [{ id: 1, text: 'aa' }], next: null })
  })

  it('reads a query string by text forms, and refuses unknown and repeated names', async () => {
    expect((await send('GET', '/find?text=a&limit=1')).body).toEqual({ rows: [{ id: 1, text: 'aa' }], next: null })
    expect((await send('GET', '/find?text=a&topik=y')).body).toMatchObject({
      status: 422,
      errors: [{ path: ['topik'] }],
    })
    expect((await send('GET', '/find?text=a&text=b')).body).toMatchObject({ status: 422, errors: [{ path: ['text'] }] })
    expect((await send('GET', '/find?text=a&limit=x')).body).toMatchObject({
      status: 422,
      errors: [{ path: ['limit'] }],
    })
    expect((await send('GET', '/find')).body).toMatchObject({ status: 422, errors: [{ path: ['text'] }] })
  })

  it('is strict with JSON', async () => {
    expect((await post('/find', { text: 'a', limit: '1' })).body).toMatchObject({
      status: 422,
      errors: [{ path: ['limit'] }],
    })
  })

  it('answers with one row, 404 without one, 409 with several', async () => {
    expect((await post('/topic', { topic: 'x' })).body).toEqual({ id: 1, topic: 'x' })
    expect((await post('/topic', { topic: 'z' })).body).toMatchObject({ status: 404, code: 'ROW_NOT_FOUND' })
    expect((await post('/topic', { topic: 'y' })).body).toMatchObject({ status: 409, code: 'SEVERAL_ROWS' })
    const many = await Promise.all([1, 2, 3, 4].map((id) => send('GET', `/notes/${id}`)))
    expect(many.map(({ status, body }) => [status, body.text ?? body.code])).toEqual([
      [200, 'aa'],
      [200, 'ab'],
      [200, 'ac'],
      [404, 'ROW_NOT_FOUND'],
    ])
  })
})

describe('a table that is dropped under live routes', () => {
  it('is answered with 409, and works again when it is back', async () => {
    const extra = defineTable('extra', { id: t.int().primaryKey() })
    const router = new TableRouter().addInsertRoute(extra, { path: '/extra' }).bind(cellar)
    const insert = (id: number) =>
      router.request('/extra', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"id":${id}}`,
      })
    await cellar.apply([extra])
    expect((await insert(1)).status).toBe(200)
    await cellar.drop(extra)
    const gone = await insert(2)
    expect([gone.status, await gone.json()]).toEqual([409, expect.objectContaining({ code: 'SCHEMA_CHANGED' })])
    await cellar.apply([extra])
    expect((await insert(1)).status).toBe(200)
  })
})
