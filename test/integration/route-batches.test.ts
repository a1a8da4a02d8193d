import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { randomPicture } from '../support/pictures.ts'
import { rawSql } from '../support/raw-sql.ts'

const shout = defineFunction({
  name: 'batchesTestShout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => {
    if (text === 'boom') throw new TypeError('secret /srv/app.ts')
    return text.toUpperCase()
  },
})

const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  text: t.string(),
  code: t.string().nullable().unique(),
  owner: t.string().nullable(),
  meta: t.json<{ a: number }>().nullable(),
}).computed('loud', (c) => shout({ text: c.text }))
const pictures = defineTable('pictures', {
  id: t.int().primaryKey(),
  photo: t.image(),
  scan: t.image().nullable(),
  title: t.string(),
  meta: t.json<{ a: number }>().nullable(),
})

const handled: unknown[] = []
const limits = { body: 2_000, array: 20_000, ndjson: 60_000, line: 2_000, rows: 600, parts: 20 }
const api = new TableRouter({ limits })
  .addInsertRoute(notes, { path: '/notes', outputs: ['id', 'text', 'loud'] })
  .addInsertRoute(notes, { path: '/choose', outputs: ['id', 'text', 'loud'], onError: 'caller' })
  .addInsertRoute(notes, { path: '/store', outputs: ['id', 'loud'], onError: 'store' })
  .addInsertRoute(notes, {
    path: '/mine',
    inputs: ['id', 'text'],
    set: { owner: async (c) => `${c.req.header('x-user')}` },
    outputs: ['id', 'owner'],
  })
  .addInsertRoute(notes, {
    path: '/handled',
    outputs: ['id', 'loud'],
    handler: async (row, { cellar }) => {
      if (row.loud === 'REFUSE') throw new Error('refused by the handler')
      handled.push([row.id, await cellar.from(notes).count()])
      return { ...row, loud: `${row.loud}!` }
    },
  })
  .addUpdateRoute(notes, { path: '/notes/update', inputs: ['text', 'code'], outputs: ['id', 'text', 'loud'] })
  .addUpdateRoute(notes, {
    path: '/notes/shape',
    inputs: ['text'],
    outputs: ['id', 'loud'],
    handler: (row) => ({ ...row, loud: `${row.loud}?` }),
  })
  .addUpdateRoute(notes, { path: '/notes/:id', method: 'patch', inputs: ['text'], outputs: ['id', 'text'] })
  .addUpsertRoute(notes, { path: '/notes/upsert', method: 'put', outputs: ['id', 'text', 'code', 'loud'] })
  .addUpsertRoute(notes, { path: '/upsert/:id', inputs: ['text'], outputs: ['id', 'text'] })
  .addComputeRoute(notes, { path: '/preview', inputs: ['text'], outputs: ['loud'] })
  .addDeleteRoute(notes, { path: '/notes/delete' })
  .addDeleteRoute(notes, { path: '/notes', method: 'delete', matchColumns: ['owner', 'text'] })
  .addInsertRoute(pictures, { path: '/pictures', uploadInputs: ['photo', 'scan'] })
  .addUpdateRoute(pictures, {
    path: '/pictures/update',
    uploadInputs: ['photo', 'scan'],
    outputs: ['id', 'title', 'scan'],
  })
  .addInsertRoute(pictures, { path: '/file', uploadInputs: ['photo'], outputs: ['photo'], returnFile: true })

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([notes, pictures])
  api.bind(cellar)
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await cellar.delete(notes)
  await cellar.delete(pictures)
})

interface Reply {
  readonly status: number
  readonly body: Record<string, unknown>
}

async function send(path: string, init: RequestInit & { duplex?: 'half' }): Promise<Reply> {
  const response = await api.request(path, { method: 'POST', ...init })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const json = (path: string, body: unknown, init: RequestInit = {}) =>
  send(path, {
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  })
const ndjson = (path: string, body: NonNullable<RequestInit['body']>, type = 'application/x-ndjson') =>
  send(path, { body, headers: { 'content-type': type }, duplex: 'half' })
const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

const texts = async () => {
  const rows = await cellar
    .from(notes)
    .orderBy((c) => c.id.asc())
    .select((c) => ({ text: c.text }))
    .collect()
  return rows.map(({ text }) => text)
}
const note = (id: number, text = `t${id}`) => ({ id, text })
const written = (id: number, text = `t${id}`) => ({ id, text, loud: text.toUpperCase() })

describe.each([
  ['an array', (path: string, rows: readonly unknown[]) => json(path, rows)],
  ['NDJSON', (path: string, rows: readonly unknown[]) => ndjson(path, lines(rows))],
])('%s', (_, post) => {
  it('is inserted as a whole, in order', async () => {
    expect(await post('/notes', [note(2), note(1)])).toEqual({
      status: 200,
      body: { count: 2, rows: [written(2), written(1)], errors: [] },
    })
    expect(await post('/notes', [note(3)])).toMatchObject({ body: { count: 1, rows: [written(3)] } })
    expect(await post('/notes', [])).toEqual({ status: 200, body: { count: 0, rows: [], errors: [] } })
    expect(await texts()).toEqual(['t1', 't2', 't3'])
  })

  it('has one version', async () => {
    await post('/notes', [note(1), note(2), note(3)])
    const versions = await rawSql(database, 'select distinct _version from cellar_data.notes')
    expect(versions).toHaveLength(1)
  })

  it('is refused with every place that is wrong, and nothing is written', async () => {
    const rows = [note(1), { id: 'x', text: 'a' }, note(2), { id: 3 }, { id: 4, text: 'd', nope: 1 }, 7]
    const { status, body } = await post('/notes', rows.slice(0, 5))
    expect(status).toBe(422)
    expect(body).toMatchObject({
      code: 'INVALID_VALUE',
      errors: [
        { path: [1, 'id'], code: 'INVALID_VALUE' },
        { path: [3, 'text'], code: 'MISSING_VALUE' },
        { path: [4, 'nope'], code: 'UNKNOWN_FIELD' },
      ],
    })
    expect(await texts()).toEqual([])
  })

  it('names the row that the database refuses', async () => {
    await cellar.insert(notes, [note(7)])
    const { status, body } = await post('/notes', [note(1), note(2), note(7), note(8)])
    expect([status, body]).toMatchObject([409, { code: 'DUPLICATE_KEY', errors: [{ path: [2, 'id'] }] }])
    expect(await texts()).toEqual(['t7'])
  })

  it('names the row whose cell fails, and says nothing of the inside', async () => {
    const { status, body } = await post('/notes', [note(1), note(2, 'boom')])
    expect([status, body]).toMatchObject([422, { code: 'CELL_FAILED', errors: [{ path: [1, 'loud'] }] }])
    expect(JSON.stringify(body)).not.toMatch(/secret|srv/)
  })

  it('is written but for bad rows with onInvalid=skip, each listed under its place', async () => {
    await cellar.insert(notes, [{ id: 7, text: 't7', code: 'seven' }])
    const rows = [note(1), { id: 'x', text: 'a' }, note(7), note(2), { id: 5, text: 'e', nope: 1 }, note(3), { id: 9 }]
    const { status, body } = await post('/notes?onInvalid=skip', rows)
    expect(status).toBe(200)
    expect(body).toEqual({
      count: 3,
      rows: [written(1), written(2), written(3)],
      errors: [
        { index: 1, column: 'id', code: 'INVALID_VALUE', message: expect.stringContaining('row 1'), retryable: false },
        { index: 2, code: 'DUPLICATE_KEY', message: expect.any(String), retryable: false },
        { index: 4, column: 'nope', code: 'UNKNOWN_FIELD', message: expect.any(String), retryable: false },
        { index: 6, column: 'text', code: 'MISSING_VALUE', message: expect.any(String), retryable: false },
      ],
    })
    expect(await texts()).toEqual(['t1', 't2', 't3', 't7'])
  })

  it('stores failing cells where the caller or the route says so', async () => {
    const { body } = await post('/choose?onError=store', [note(1), note(2, 'boom')])
    expect(body).toMatchObject({
      count: 2,
      rows: [written(1), { id: 2, text: 'boom', loud: null }],
      errors: [{ index: 1, column: 'loud', code: 'FUNCTION_FAILED', message: 'could not be computed' }],
    })
    expect(await post('/choose', [note(3, 'boom')])).toMatchObject({ status: 422 })
    expect(await post('/store', [note(4, 'boom'), note(5)])).toMatchObject({ body: { count: 2 } })
    expect(await post('/store?onError=abort', [note(6)])).toMatchObject({
      status: 422,
      body: { errors: [{ path: ['onError'] }] },
    })
  })

  it('gets values of the server in every row', async () => {
    const init = { headers: { 'x-user': 'ann' } }
    expect(await json('/mine', [note(1), note(2)], init)).toMatchObject({
      body: {
        rows: [
          { id: 1, owner: 'ann' },
          { id: 2, owner: 'ann' },
        ],
      },
    })
  })

  it('is handled row by row before anything is written, and not at all when one is refused', async () => {
    handled.length = 0
    const { body } = await post('/handled', [note(1), note(2)])
    expect(body).toEqual({
      count: 2,
      rows: [
        { id: 1, loud: 'T1!' },
        { id: 2, loud: 'T2!' },
      ],
      errors: [],
    })
    expect(handled).toEqual([
      [1, 0],
      [2, 0],
    ])
    const skipped = await post('/handled?onInvalid=skip', [note(1), note(3), {}])
    expect(skipped.body).toMatchObject({
      count: 1,
      rows: [{ id: 3, loud: 'T3!' }],
      errors: [{ index: 0 }, { index: 2 }],
    })
    expect((await post('/handled', [note(4), note(5, 'refuse')])).status).toBe(500)
    expect(await texts()).toEqual(['t1', 't2', 't3'])
  })

  it('updates, and leaves alone what is left out', async () => {
    await cellar.insert(notes, [note(1), note(2), note(3)])
    const { body } = await post('/notes/update', [{ id: 3, code: 'c' }, note(1, 'one')])
    expect(body).toEqual({ count: 2, rows: [written(3), written(1, 'one')], errors: [] })
    expect(await post('/notes/shape', [note(1, 'uno'), note(2, 'due')])).toMatchObject({
      body: { count: 2, rows: [{ loud: 'UNO?' }, { loud: 'DUE?' }] },
    })
    expect(await post('/notes/update', [note(1), note(9)])).toMatchObject({
      status: 404,
      body: { code: 'ROW_NOT_FOUND', errors: [{ path: [1] }] },
    })
    const skipped = await post('/notes/update?onInvalid=skip', [
      { id: 1, code: 'c' },
      note(9),
      { text: 'x' },
      note(2, 'zwei'),
      note(2, 'twice'),
    ])
    expect(skipped.body).toMatchObject({
      count: 1,
      rows: [written(2, 'zwei')],
      errors: [
        { index: 0, code: 'DUPLICATE_KEY', column: 'code' },
        { index: 1, code: 'ROW_NOT_FOUND' },
        { index: 2, code: 'MISSING_VALUE', column: 'id' },
        { index: 4, code: 'INVALID_VALUE', column: 'id' },
      ],
    })
    expect(await texts()).toEqual(['uno', 'zwei', 't3'])
  })

  it('is computed without being stored', async () => {
    expect(await post('/preview', [{ text: 'a' }, { text: 'b' }])).toEqual({
      status: 200,
      body: { count: 2, rows: [{ loud: 'A' }, { loud: 'B' }], errors: [] },
    })
    expect(await post('/preview?onInvalid=skip', [{ text: 1 }, { text: 'b' }])).toMatchObject({
      body: { count: 1, rows: [{ loud: 'B' }], errors: [{ index: 0, column: 'text' }] },
    })
    expect(await texts()).toEqual([])
  })

  it('deletes what equals one of its rows', async () => {
    await cellar.insert(
      notes,
      [1, 2, 3, 4, 5].map((id) => ({ ...note(id), owner: id < 4 ? 'ann' : null })),
    )
    expect(await post('/notes/delete', [{ id: 1 }, { id: 9 }, { id: 5 }, { id: 1 }])).toEqual({
      status: 200,
      body: { num_rows: 2 },
    })
    expect(await post('/notes/delete', [])).toMatchObject({ body: { num_rows: 0 } })
    expect(await post('/notes/delete', [{ id: 2 }, {}])).toMatchObject({
      status: 422,
      body: { errors: [{ path: [1, 'id'] }] },
    })
    expect(await post('/notes/delete?onInvalid=skip', [{ id: 2 }])).toMatchObject({ status: 422 })
    const matching = [
      { owner: 'ann', text: 't2' },
      { owner: 'bob', text: 't3' },
    ]
    expect(await json('/notes', matching, { method: 'DELETE' })).toMatchObject({ body: { num_rows: 1 } })
    expect(await texts()).toEqual(['t3', 't4'])
  })

  it('is refused beyond the number of rows', async () => {
    const rows = Array.from({ length: 601 }, (_, id) => ({ id }))
    expect(await post('/notes/delete', rows)).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } })
  })
})

describe('an upsert route', () => {
  it('inserts, or updates and leaves alone what is left out', async () => {
    const put = (body: unknown) => json('/notes/upsert', body, { method: 'PUT' })
    expect(await put({ id: 1, text: 'one', code: 'c' })).toEqual({
      status: 200,
      body: { id: 1, text: 'one', code: 'c', loud: 'ONE' },
    })
    expect(await put({ id: 1, text: 'uno' })).toMatchObject({ body: { id: 1, text: 'uno', code: 'c', loud: 'UNO' } })
    expect(await put({ id: 2 })).toMatchObject({
      status: 422,
      body: { errors: [{ path: ['text'], code: 'MISSING_VALUE' }] },
    })
    expect(await put({ text: 'x' })).toMatchObject({ status: 422, body: { errors: [{ path: ['id'] }] } })
    expect(await put([note(1, 'eins'), note(2, 'zwei')])).toMatchObject({
      body: { count: 2, rows: [{ loud: 'EINS' }, { loud: 'ZWEI' }] },
    })
    expect(await put({ id: 2, text: 'two', code: 'c' })).toMatchObject({
      status: 409,
      body: { code: 'DUPLICATE_KEY', errors: [{ path: ['code'] }] },
    })
    expect(await json('/upsert/5', { text: 'five' })).toEqual({ status: 200, body: { id: 5, text: 'five' } })
    expect(await texts()).toEqual(['eins', 'zwei', 'five'])
  })

  it('ends with one row when many send the same new key', async () => {
    const replies = await Promise.all(Array.from({ length: 12 }, (_, n) => json('/upsert/1', { text: `w${n}` })))
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(await texts()).toHaveLength(1)
  })
})

describe('a body', () => {
  it('is an object or a list as it says, and the answer is alike', async () => {
    expect((await json('/notes', note(1))).body).toEqual(written(1))
    expect((await json('/notes?onInvalid=skip', note(2))).body).toEqual(written(2))
    for (const type of ['application/ndjson', 'application/jsonl', 'application/x-ndjson; charset=utf-8']) {
      expect((await ndjson('/preview', '{"text":"a"}', type)).body).toMatchObject({ count: 1 })
    }
  })

  it.each([
    '/notes?onInvalid=perhaps',
    '/notes?onInvalid=skip&onInvalid=skip',
    '/choose?onError=maybe',
    '/notes?wait=1',
  ])('is not read where the query string cannot be used: %s', async (path) => {
    expect(await json(path, [note(1)])).toMatchObject({ status: 422, body: { code: 'INVALID_VALUE' } })
    expect(await texts()).toEqual([])
  })

  it.each([
    ['a list for a path that names one row', '/notes/1', { method: 'PATCH' }, 400],
    ['a list for a route that answers with a file', '/file', {}, 400],
  ])('is refused: %s', async (_, path, init, status) => {
    expect(await json(path, [note(1)], init)).toMatchObject({ status, body: { code: 'BODY_UNREADABLE' } })
  })

  it('of NDJSON is refused with 415 where one object is wanted', async () => {
    expect(await ndjson('/file', '{}')).toMatchObject({ status: 415, body: { code: 'BODY_TYPE_UNSUPPORTED' } })
  })

  it('of NDJSON may have blank lines, any line ends, and no end', async () => {
    const body = '\n{"id":1,"text":"a"}\r\n  \n\n{"id":2,"text":"b"}'
    expect((await ndjson('/notes', body)).body).toMatchObject({ count: 2, rows: [written(1, 'a'), written(2, 'b')] })
  })

  it('of NDJSON may arrive in any pieces', async () => {
    const bytes = new TextEncoder().encode(lines([note(1, 'ä'), note(2, '🐈'), note(3)]))
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    expect((await ndjson('/notes', stream)).body).toMatchObject({ count: 3 })
    expect(await texts()).toEqual(['ä', '🐈', 't3'])
  })

  it('of NDJSON with a line that is no object is refused, or the line is skipped', async () => {
    const body = `${lines([note(1)])}{"id":2,\n[1]\n"x"\n${lines([note(3)])}`
    expect(await ndjson('/notes', body)).toMatchObject({
      status: 400,
      body: { code: 'BODY_UNREADABLE', errors: [{ path: [1] }] },
    })
    expect((await ndjson('/notes?onInvalid=skip', body)).body).toMatchObject({
      count: 2,
      errors: [1, 2, 3].map((index) => ({ index, code: 'BODY_UNREADABLE' })),
    })
  })

  it('of NDJSON is bounded in its lines and in all', async () => {
    const long = JSON.stringify(note(1, 'x'.repeat(3_000)))
    expect(await ndjson('/notes', long)).toMatchObject({ status: 413 })
    expect(await ndjson('/notes?onInvalid=skip', `${long}\n`)).toMatchObject({ status: 413 })
    const all = lines(Array.from({ length: 60 }, (_, id) => note(id, 'x'.repeat(1_500))))
    expect(await ndjson('/notes', all)).toMatchObject({ status: 413 })
    expect(await texts()).toEqual([])
  })

  it('of JSON is bounded by what it is', async () => {
    const many = Array.from({ length: 5 }, (_, id) => note(id, 'x'.repeat(1_000)))
    expect(await json('/notes', many)).toMatchObject({ body: { count: 5 } })
    expect(await json('/notes', { ...note(9), text: 'x'.repeat(3_000) })).toMatchObject({ status: 413 })
    expect(
      await json(
        '/notes',
        Array.from({ length: 30 }, (_, id) => note(id, 'x'.repeat(1_000))),
      ),
    ).toMatchObject({
      status: 413,
    })
  })

  it('of many rows is answered completely', async () => {
    const rows = Array.from({ length: 600 }, (_, id) => note(id))
    expect((await json('/notes', rows)).body).toEqual({
      count: 600,
      rows: rows.map(({ id }) => written(id)),
      errors: [],
    })
  })

  it.each([
    ['100,000 keys', JSON.stringify(Object.fromEntries(Array.from({ length: 190 }, (_, i) => [`k${i}`, 1]))), 422],
    ['deep nesting', '['.repeat(1_500), 400],
    ['deep nesting inside', `{"id":1,"text":${'['.repeat(950)}${']'.repeat(950)}}`, 422],
    ['a repeated key', '{"id":1,"text":"a","text":"b"}', 422],
    ['a repeated key, spelt otherwise', '{"id":1,"text":"a","\\u0074ext":"b"}', 422],
    ['a repeated key in a row', '[{"id":1,"text":"a"},{"id":1,"id":2,"text":"b"}]', 422],
    ['__proto__', '{"id":1,"text":"a","__proto__":{"owner":"x"}}', 422],
    ['an overlong name', JSON.stringify({ ['n'.repeat(1_500)]: 1 }), 422],
  ])('with %s is refused', async (_, body, status) => {
    const reply = await json('/notes', body)
    expect(reply.status).toBe(status)
    expect(JSON.stringify(reply.body).length).toBeLessThan(30_000)
    expect(await texts()).toEqual([])
  })

  it('with a repeated key names it', async () => {
    const rows = '[{"id":1,"text":"a"},{"id":1,"id":2,"text":"b"},{"id":3,"text":"c"}]'
    expect(await json('/notes', rows)).toMatchObject({ body: { errors: [{ path: [1, 'id'] }] } })
    expect((await json('/notes?onInvalid=skip', rows)).body).toMatchObject({
      count: 2,
      errors: [{ index: 1, column: 'id' }],
    })
    expect(await ndjson('/notes', '{"id":4,"text":"a","text":"b"}')).toMatchObject({
      body: { errors: [{ path: [0, 'text'] }] },
    })
  })

  it('that is not UTF-8 is refused', async () => {
    const bad = Buffer.concat([Buffer.from('{"id":1,"text":"'), Buffer.of(0xff), Buffer.from('"}')])
    expect(await ndjson('/notes', bad)).toMatchObject({ status: 400 })
    expect(await ndjson('/notes', bad, 'application/json')).toMatchObject({ status: 400 })
  })
})

describe('a form', () => {
  const picture = () => new Blob([randomPicture()], { type: 'image/png' })
  const post = (path: string, parts: readonly (readonly [string, string | Blob])[]) => {
    const body = new FormData()
    for (const [name, value] of parts) body.append(name, value)
    return send(path, { body })
  }

  it('of several rows names their fields rows[0].title, files beside them', async () => {
    const { status, body } = await post('/pictures', [
      ['rows[0].id', '1'],
      ['rows[0].title', 'one'],
      ['rows[0].photo', picture()],
      ['rows[1].photo', picture()],
      ['rows[1].scan', picture()],
      ['rows[1].id', '2'],
      ['rows[1].title', 'two'],
      ['rows[1].meta', '{"a":1}'],
    ])
    expect(status).toBe(200)
    expect(body).toMatchObject({
      count: 2,
      rows: [
        { id: 1, title: 'one', scan: null, meta: null, photo: expect.stringContaining('/media/') },
        { id: 2, title: 'two', scan: expect.stringContaining('/media/'), meta: { a: 1 } },
      ],
      errors: [],
    })
  })

  it('of several rows is refused with the places that are wrong', async () => {
    const bad = [
      ['rows[0].id', '1'],
      ['rows[0].title', 'one'],
      ['rows[0].photo', picture()],
      ['rows[1].id', 'x'],
      ['rows[1].title', 'two'],
      ['rows[1].photo', picture()],
      ['rows[2].id', '3'],
      ['rows[2].title', 'three'],
    ] as const
    expect(await post('/pictures', bad)).toMatchObject({
      status: 422,
      body: { errors: [{ path: [1, 'id'] }, { path: [2, 'photo'], code: 'MISSING_VALUE' }] },
    })
    expect((await post('/pictures?onInvalid=skip', bad)).body).toMatchObject({
      count: 1,
      rows: [{ id: 1 }],
      errors: [
        { index: 1, column: 'id' },
        { index: 2, column: 'photo', code: 'MISSING_VALUE' },
      ],
    })
  })

  it('skips a row for a file that is no picture', async () => {
    const parts = [
      ['rows[0].id', '1'],
      ['rows[0].title', 'one'],
      ['rows[0].photo', new Blob(['no picture'])],
      ['rows[1].id', '2'],
      ['rows[1].title', 'two'],
      ['rows[1].photo', picture()],
    ] as const
    const refused = await post('/pictures', parts)
    expect([refused.status, refused.body.errors]).toMatchObject([422, [{ path: [0, 'photo'] }]])
    const { body } = await post('/pictures?onInvalid=skip', parts)
    expect(body).toMatchObject({ count: 1, rows: [{ id: 2 }], errors: [{ index: 0, column: 'photo' }] })
  })

  it.each([
    ['a field that there is not', [['rows[0].nope', '1']], [0, 'nope']],
    [
      'a field beside rows',
      [
        ['rows[0].id', '1'],
        ['title', 'x'],
      ],
      ['title'],
    ],
    ['a gap', [['rows[1].id', '1']], [0]],
    [
      'a repeated field',
      [
        ['id', '1'],
        ['id', '2'],
        ['title', 'x'],
      ],
      ['id'],
    ],
    [
      'a repeated field of a row',
      [
        ['rows[0].id', '1'],
        ['rows[0].id', '2'],
        ['rows[0].title', 'x'],
      ],
      [0, 'id'],
    ],
    ['__proto__', [['__proto__', '1']], ['__proto__']],
  ] as const)('with %s is refused', async (_, parts, path) => {
    const reply = await post('/pictures', parts)
    expect(reply.status).toBe(422)
    expect((reply.body.errors as { path: unknown }[])[0]?.path).toEqual(path)
  })

  it('with a text that is not UTF-8 is refused, whatever charset it claims', async () => {
    for (const type of ['', '\r\ncontent-type: text/plain; charset=utf-8']) {
      const head = `--x\r\ncontent-disposition: form-data; name="title"${type}\r\n\r\n`
      const body = Buffer.concat([Buffer.from(head), Buffer.of(0x61, 0xff), Buffer.from('\r\n--x--\r\n')])
      expect(await ndjson('/pictures', body, 'multipart/form-data; boundary=x')).toMatchObject({
        status: 400,
        body: { code: 'BODY_UNREADABLE' },
      })
    }
  })

  it('updates media, one row or several, and leaves out what it leaves out', async () => {
    await post('/pictures', [
      ['id', '1'],
      ['title', 'one'],
      ['photo', picture()],
    ])
    await post('/pictures', [
      ['id', '2'],
      ['title', 'two'],
      ['photo', picture()],
    ])
    expect(
      (
        await post('/pictures/update', [
          ['id', '1'],
          ['scan', picture()],
        ])
      ).body,
    ).toEqual({
      id: 1,
      title: 'one',
      scan: expect.stringContaining('/media/'),
    })
    const several = await post('/pictures/update', [
      ['rows[0].id', '2'],
      ['rows[0].title', 'zwei'],
      ['rows[1].id', '1'],
      ['rows[1].photo', picture()],
    ])
    expect(several.body).toMatchObject({ count: 2, rows: [{ title: 'zwei', scan: null }, { title: 'one' }] })
    const cleared = await json('/pictures/update', [
      { id: 1, scan: null },
      { id: 2, title: 'two' },
    ])
    expect(cleared.body).toMatchObject({ count: 2, rows: [{ scan: null }, { title: 'two' }] })
  })
})

describe('a background route', () => {
  const later = new TableRouter({ prefix: '/later', limits: { array: 20_000 } })
    .addInsertRoute(notes, { path: '/notes', background: true, outputs: ['id', 'loud', 'meta'] })
    .addUpsertRoute(notes, { path: '/upsert', background: true, outputs: ['id', 'text'] })
    .addDeleteRoute(notes, { path: '/delete', background: true })
    .addInsertRoute(pictures, {
      path: '/pictures',
      background: true,
      uploadInputs: ['photo'],
      outputs: ['id', 'photo'],
    })
  beforeAll(() => {
    later.bind(cellar)
  })

  async function run(path: string, init: RequestInit): Promise<Record<string, unknown>> {
    const accepted = await later.request(path, { method: 'POST', ...init })
    expect(accepted.status).toBe(202)
    const { job_url } = (await accepted.json()) as { job_url: string }
    return (await (await later.request(`${job_url}?wait=30`)).json()) as Record<string, unknown>
  }
  const asJson = (value: unknown) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } })

  it('takes lists, with values that JSON cannot say and rows that are skipped', async () => {
    const rows = [{ ...note(1), meta: { a: 1 } }, { id: 'x', text: 'a' }, note(2)]
    expect(await run('/later/notes?onInvalid=skip', asJson(rows))).toMatchObject({
      status: 'done',
      result: {
        count: 2,
        rows: [
          { id: 1, loud: 'T1', meta: { a: 1 } },
          { id: 2, loud: 'T2', meta: null },
        ],
        errors: [{ index: 1, column: 'id', code: 'INVALID_VALUE' }],
      },
    })
    const ndjsonBody = { body: lines([note(2, 'two'), note(3)]), headers: { 'content-type': 'application/x-ndjson' } }
    expect(await run('/later/upsert', ndjsonBody)).toMatchObject({
      result: { count: 2, rows: [{ text: 'two' }, { id: 3 }] },
    })
    expect(await run('/later/delete', asJson([{ id: 1 }, { id: 3 }]))).toMatchObject({ result: { num_rows: 2 } })
    expect(await texts()).toEqual(['two'])
  })

  it('reports names that no text of the database can hold', async () => {
    const rows = [note(1), { ...note(2), 'a\0\ud83d': 1 }]
    expect(await run('/later/notes?onInvalid=skip', asJson(rows))).toMatchObject({
      status: 'done',
      result: { count: 1, errors: [{ index: 1, column: 'a\ufffd\ufffd', code: 'UNKNOWN_FIELD' }] },
    })
  })

  it('tells where a row failed, and refuses what cannot be used at once', async () => {
    expect(await run('/later/notes', asJson([note(1), note(2, 'boom')]))).toMatchObject({
      status: 'error',
      error: { code: 'CELL_FAILED', errors: [{ path: [1, 'loud'] }] },
    })
    const refused = await later.request('/later/notes', { method: 'POST', ...asJson([note(1), {}]) })
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { errors: [{ path: [1, 'id'] }, { path: [1, 'text'] }] },
    ])
    const long = lines(Array.from({ length: 20 }, (_, id) => note(id, 'x'.repeat(1_500))))
    const headers = { 'content-type': 'application/x-ndjson' }
    expect((await later.request('/later/notes', { method: 'POST', body: long, headers })).status).toBe(413)
    expect(await texts()).toEqual([])
  })

  it('takes forms of several rows, whose pictures are there when it runs', async () => {
    const body = new FormData()
    for (const id of [1, 2]) {
      body.append(`rows[${id - 1}].id`, String(id))
      body.append(`rows[${id - 1}].title`, `t${id}`)
      body.append(`rows[${id - 1}].photo`, new Blob([randomPicture()]))
    }
    expect(await run('/later/pictures', { body })).toMatchObject({
      result: {
        rows: [
          { id: 1, photo: expect.stringMatching(/^\/later\/media\//) },
          { id: 2, photo: expect.stringMatching(/^\/later\/media\//) },
        ],
      },
    })
  })
})
