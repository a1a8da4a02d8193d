import { defineFunction, defineQuery, defineTable, t } from 'cellar'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { randomPicture } from '../support/pictures.ts'
import { useCellar } from '../support/use-cellar.ts'

let calls = 0
let gate: Promise<void> = Promise.resolve()
const shout = defineFunction({
  name: 'idempotencyShout',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => {
    calls += 1
    await gate
    if (text === 'bad') throw new Error('no')
    return text.toUpperCase()
  },
})
const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  text: t.string(),
  stars: t.int().default(0),
  picture: t.image().nullable(),
}).computed('loud', (c) => shout({ text: c.text }))
const byId = defineQuery('byId', { id: t.int() }, ({ id }, { from }) =>
  from(notes)
    .where((c) => c.id.eq(id))
    .select((c) => ({ id: c.id, text: c.text })),
)
const whole = defineQuery('whole', { id: t.int() }, ({ id }, { from }) => from(notes).where((c) => c.id.eq(id)))

const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(notes, { path: '/notes', uploadInputs: ['picture'], outputs: ['id', 'loud', 'picture'] })
  .addInsertRoute(notes, {
    path: '/handled',
    outputs: ['id', 'loud'],
    handler: (row) => ({ ...row, loud: `${row.loud}!` }),
  })
  .addInsertRoute(notes, { path: '/later', inputs: ['id', 'text'], outputs: ['id'], background: true })
  .addUpdateRoute(notes, {
    path: '/notes/:id',
    method: 'patch',
    inputs: ['text', 'stars'],
    outputs: ['id', 'text', 'loud'],
  })
  .addUpsertRoute(notes, { path: '/put', method: 'put', inputs: ['text'], outputs: ['id', 'text'] })
  .addDeleteRoute(notes, { path: '/notes/:id', method: 'delete' })
  .addDeleteRoute(notes, { path: '/gone' })
  .addQueryRoute(byId, { path: '/notes/:id', method: 'get', oneRow: true })
  .addQueryRoute(whole, { path: '/whole/:id', method: 'get', oneRow: true, outputs: ['text'] })
const users = new TableRouter<{ Variables: { user: { id: string } } }>({
  prefix: '/mine',
  auth: (c) => (c.req.header('x-user') ? { id: c.req.header('x-user') ?? '' } : null),
}).addInsertRoute(notes, { path: '/notes', outputs: ['id'] })

const scene = useCellar([api, users])
let server: RunningServer
beforeAll(async () => {
  server = await serve([api, users], { cellar: scene.cellar, port: 0, logLevel: 'silent' })
})
afterAll(() => server.close())
beforeEach(async () => {
  calls = 0
  gate = Promise.resolve()
  await scene.sql('truncate cellar.idempotency')
})

const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const json = body !== undefined && !(body instanceof FormData)
  const response = await fetch(server.url + path, {
    method,
    headers: { ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
  })
  const text = await response.text()
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    replayed: response.headers.get('idempotency-replayed'),
    location: response.headers.get('location'),
    body: text === '' ? undefined : JSON.parse(text),
  }
}
const key = (name: string) => ({ 'idempotency-key': name })
const stored = () =>
  scene.cellar
    .from(notes)
    .orderBy((c) => c.id)
    .collect()

describe('Idempotency-Key', () => {
  it('does a write once and gives its answer again', async () => {
    const first = await send('POST', '/api/notes', { id: 1, text: 'a' }, key('k'))
    expect(first).toMatchObject({ status: 200, replayed: null, body: { id: 1, loud: 'A', picture: null } })
    // Another spelling of the same request.
    const again = await send('POST', '/api/notes', { text: 'a', id: 1 }, key('k'))
    expect(again).toEqual({ ...first, replayed: 'true' })
    expect(calls).toBe(1)
    expect(await stored()).toHaveLength(1)
  })

  it('refuses the key with another request, and keys that are no keys', async () => {
    await send('POST', '/api/notes', { id: 1, text: 'a' }, key('k'))
    const other = await send('POST', '/api/notes', { id: 2, text: 'a' }, key('k'))
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } })
    for (const bad of ['', 'x'.repeat(256), 'a b']) {
      expect(await send('POST', '/api/notes', { id: 3, text: 'a' }, key(bad))).toMatchObject({ status: 422 })
    }
    expect(await stored()).toHaveLength(1)
  })

  it('keeps no failure', async () => {
    expect(await send('POST', '/api/notes', { id: 1, text: 'bad' }, key('k'))).toMatchObject({ status: 422 })
    expect(await send('POST', '/api/notes', { id: 1, text: 'good' }, key('k'))).toMatchObject({ status: 200 })
  })

  it('lets twins wait for the first of them', async () => {
    const open = Promise.withResolvers<void>()
    gate = open.promise
    const twins = Array.from({ length: 5 }, () => send('POST', '/api/notes', { id: 1, text: 'a' }, key('k')))
    await expect.poll(() => calls).toBe(1)
    open.resolve()
    const answers = await Promise.all(twins)
    expect(answers.map(({ status, body }) => [status, body.loud])).toEqual(Array(5).fill([200, 'A']))
    expect(answers.filter(({ replayed }) => replayed === 'true')).toHaveLength(4)
    expect(calls).toBe(1)
  })

  it('undoes the twin of another process that comes second', async () => {
    const open = Promise.withResolvers<void>()
    gate = open.promise
    const late = send('POST', '/api/notes', { id: 1, text: 'a' }, key('k'))
    await expect.poll(() => calls).toBe(1)
    // What the other process committed meanwhile, for the same request.
    await scene.sql(
      `insert into cellar.idempotency (route, principal, key, request, status, result, headers)
       values ('addInsertRoute POST /api/notes', '', 'k', '\\x00', 200, '{"id": 1}', '{}')`,
    )
    open.resolve()
    expect(await late).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } })
    expect(await stored()).toEqual([])
  })

  it('holds for updates, upserts, deletes and lists', async () => {
    await send(
      'POST',
      '/api/notes',
      [
        { id: 1, text: 'a' },
        { id: 2, text: 'b' },
      ],
      key('list'),
    )
    const list = await send(
      'POST',
      '/api/notes',
      [
        { id: 1, text: 'a' },
        { id: 2, text: 'b' },
      ],
      key('list'),
    )
    expect(list).toMatchObject({ replayed: 'true', body: { count: 2, rows: [{ id: 1 }, { id: 2 }], errors: [] } })
    await send('PATCH', '/api/notes/1', { text: 'c' }, key('u'))
    await send('PATCH', '/api/notes/1', { text: 'd' })
    expect(await send('PATCH', '/api/notes/1', { text: 'c' }, key('u'))).toMatchObject({
      replayed: 'true',
      body: { text: 'c' },
    })
    await send('PUT', '/api/put', { id: 3, text: 'x' }, key('p'))
    expect(await send('PUT', '/api/put', { id: 3, text: 'x' }, key('p'))).toMatchObject({ replayed: 'true' })
    expect((await stored()).map(({ text }) => text)).toEqual(['d', 'b', 'x'])
    expect(await send('DELETE', '/api/notes/2', undefined, key('d'))).toMatchObject({
      body: { num_rows: 1 },
      replayed: null,
    })
    expect(await send('DELETE', '/api/notes/2', undefined, key('d'))).toMatchObject({
      body: { num_rows: 1 },
      replayed: 'true',
    })
    // Nothing was written, and that is the answer too.
    expect(await send('POST', '/api/gone', { id: 9 }, key('n'))).toMatchObject({
      body: { num_rows: 0 },
      replayed: null,
    })
    await send('POST', '/api/notes', { id: 9, text: 'late' })
    expect(await send('POST', '/api/gone', { id: 9 }, key('n'))).toMatchObject({
      body: { num_rows: 0 },
      replayed: 'true',
    })
  })

  it('keeps files as what they are, and answers of handlers as they were', async () => {
    const form = () => {
      const data = new FormData()
      data.append('id', '1')
      data.append('text', 'a')
      data.append('picture', new Blob([bytes]), 'x.png')
      return data
    }
    const bytes = randomPicture()
    const first = await send('POST', '/api/notes', form(), key('f'))
    expect(first.body.picture).toMatch(/^http.*\/api\/media\/[0-9a-f]{64}\.png$/)
    expect(await send('POST', '/api/notes', form(), key('f'))).toEqual({ ...first, replayed: 'true' })
    const [kept] = await scene.sql<{ result: { picture: string } }>('select result from cellar.idempotency')
    expect(kept?.result.picture).toMatch(/^cellar:/)
    const handled = await send('POST', '/api/handled', { id: 2, text: 'b' }, key('h'))
    expect(handled.body).toEqual({ id: 2, loud: 'B!' })
    expect(await send('POST', '/api/handled', { id: 2, text: 'b' }, key('h'))).toMatchObject({
      body: handled.body,
      replayed: 'true',
    })
  })

  it('makes one job', async () => {
    const first = await send('POST', '/api/later', { id: 1, text: 'a' }, key('j'))
    expect(first).toMatchObject({ status: 202, location: first.body.job_url })
    expect(await send('POST', '/api/later', { id: 1, text: 'a' }, key('j'))).toEqual({ ...first, replayed: 'true' })
    expect(await scene.sql(`select id from cellar.jobs where kind = 'route'`)).toHaveLength(1)
  })

  it('belongs to the route and to whoever calls, and is forgotten after a day', async () => {
    await send('POST', '/api/notes', { id: 1, text: 'a' }, key('k'))
    expect(await send('POST', '/api/handled', { id: 2, text: 'a' }, key('k'))).toMatchObject({
      status: 200,
      replayed: null,
    })
    for (const [user, id] of [
      ['ann', 3],
      ['bob', 4],
    ] as const) {
      const mine = await send('POST', '/mine/notes', { id, text: 'a' }, { ...key('k'), 'x-user': user })
      expect(mine).toMatchObject({ status: 200, body: { id } })
    }
    await scene.sql(`update cellar.idempotency set created_at = created_at - interval '25 hours'`)
    expect(await send('POST', '/api/notes', { id: 5, text: 'z' }, key('k'))).toMatchObject({
      status: 200,
      replayed: null,
    })
  })
})

describe('ETag', () => {
  it('is the same wherever the row is answered, and another after any change', async () => {
    const made = await send('POST', '/api/notes', { id: 1, text: 'a' })
    expect(made.etag).toMatch(/^"[\w-]{22}"$/)
    expect((await send('GET', '/api/notes/1')).etag).toBe(made.etag)
    expect(await send('GET', '/api/whole/1')).toMatchObject({ etag: made.etag, body: { text: 'a' } })
    const changed = await send('PATCH', '/api/notes/1', { stars: 3 })
    expect(changed.etag).not.toBe(made.etag)
    expect((await send('GET', '/api/notes/1')).etag).toBe(changed.etag)
  })

  it('answers 304 to who has it', async () => {
    const { etag } = await send('POST', '/api/notes', { id: 1, text: 'a' })
    const known = { 'if-none-match': `"x", ${etag}`, 'cache-control': 'max-age=0' }
    expect(await send('GET', '/api/notes/1', undefined, known)).toMatchObject({ status: 304, etag, body: undefined })
    await send('PATCH', '/api/notes/1', { stars: 1 })
    expect(await send('GET', '/api/notes/1', undefined, known)).toMatchObject({ status: 200 })
  })

  it('guards updates and deletes', async () => {
    const { etag } = await send('POST', '/api/notes', { id: 1, text: 'a' })
    const match = (tag: string | null) => ({ 'if-match': tag ?? '' })
    const first = await send('PATCH', '/api/notes/1', { text: 'b' }, match(etag))
    expect(first.status).toBe(200)
    for (const [method, path, body] of [
      ['PATCH', '/api/notes/1', { text: 'c' }],
      ['PUT', '/api/put', { id: 1, text: 'c' }],
      ['DELETE', '/api/notes/1', undefined],
    ] as const) {
      const refused = await send(method, path, body, match(etag))
      expect(refused).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } })
      expect((await send(method, path, body, match(`W/${first.etag}`))).status).toBe(412)
    }
    expect((await stored()).map(({ text }) => text)).toEqual(['b'])
    expect((await send('PATCH', '/api/notes/1', { text: 'c' }, match('*'))).status).toBe(200)
    const { etag: last } = await send('GET', '/api/notes/1')
    expect(await send('DELETE', '/api/notes/1', undefined, match(last))).toMatchObject({ body: { num_rows: 1 } })
    expect((await send('DELETE', '/api/notes/1', undefined, match(last))).status).toBe(412)
  })

  it('lets one of several who read the same change it', async () => {
    const { etag } = await send('POST', '/api/notes', { id: 1, text: 'a' })
    const tries = Array.from({ length: 8 }, (_, n) =>
      send('PATCH', '/api/notes/1', { stars: n + 1 }, { 'if-match': etag ?? '' }),
    )
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 412)).toHaveLength(7)
  })

  it('names one row', async () => {
    const refused = await send('PUT', '/api/put', [{ id: 1, text: 'a' }], { 'if-match': '"x"' })
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: ['If-Match'] }] } })
  })
})
