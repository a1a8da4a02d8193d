import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Cellar, defineQuery, defineTable, open, t } from 'cellar'
import { thumbnail } from 'cellar/functions/image'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { raise, spin, stall } from '../support/functions.ts'
import { randomPicture } from '../support/pictures.ts'
import { checkProblem, coded, type Problem, problemOf } from '../support/problems.ts'
import { RawRequest } from '../support/raw-http.ts'

const FILE_LIMIT = 300_000

const pictures = defineTable('pictures', {
  id: t.int().primaryKey(),
  photo: t.image(),
  title: t.string(),
  code: t.string().nullable().unique(),
}).computed('small', (c) => thumbnail(c.photo, { width: 4, height: 4 }))
const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })
  .computed('loud', (c) => raise({ text: c.text }))
  .computed('same', (c) => stall({ text: c.text }))
  .computed('turned', (c) => spin({ text: c.text }))
const kept = defineTable('kept', { id: t.int().primaryKey(), text: t.string() }).computed(
  'loud',
  (c) => raise({ text: c.text }),
  { onError: 'store' },
)
const byTitle = defineQuery('byTitle', { title: t.string(), limit: t.int().default(5) }, ({ title, limit }, { from }) =>
  from(pictures)
    .where((c) => c.title.eq(title))
    .limit(limit),
)

const api = new TableRouter({ prefix: '/api', limits: { file: FILE_LIMIT, form: 400_000, body: 50_000, parts: 50 } })
  .addInsertRoute(pictures, { path: '/pictures', uploadInputs: ['photo'] })
  .addUpdateRoute(pictures, { path: '/pictures/update', uploadInputs: ['photo'], inputs: ['title', 'code'] })
  .addDeleteRoute(pictures, { path: '/pictures/delete' })
  .addComputeRoute(pictures, { path: '/pictures/preview', uploadInputs: ['photo'], outputs: ['small'] })
  .addQueryRoute(byTitle, { path: '/pictures/by-title' })
  .addInsertRoute(notes, { path: '/notes' })
  .addUpdateRoute(notes, { path: '/notes/update' })
  .addInsertRoute(notes, { path: '/notes/background', background: true })
  .addInsertRoute(kept, { path: '/kept' })

let database: TestDatabase
let cellar: Cellar
let server: RunningServer

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([pictures, notes, kept])
  server = await serve(api, { cellar, port: 0 })
})
afterAll(async () => {
  await server.close()
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
afterEach(async () => {
  for (const table of [pictures, notes, kept]) await cellar.delete(table as typeof notes)
  await expect.poll(drafts).toEqual([])
})

/** Files that are being received, which live beside the stored ones. */
async function drafts(): Promise<string[]> {
  const files = await readdir(join(database.home, 'media'), { recursive: true, withFileTypes: true }).catch(() => [])
  return files.filter((file) => file.isFile() && !/^[0-9a-f]{64}\.\w+$/.test(file.name)).map(({ name }) => name)
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api${path}`, {
    method: 'POST',
    body: typeof body === 'string' || body instanceof FormData ? body : JSON.stringify(body),
    headers: body instanceof FormData ? headers : { 'content-type': 'application/json', ...headers },
  })

function form(fields: Record<string, string | Uint8Array<ArrayBuffer>>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields))
    if (typeof value === 'string') data.append(name, value)
    else data.append(name, new Blob([value]), 'picture.png')
  return data
}

async function refusal(path: string, body: unknown, status: number, code: string): Promise<Problem> {
  const problem = await problemOf(await post(path, body))
  expect({ status: problem.status, code: problem.code }, problem.detail).toEqual({ status, code })
  return problem
}

const png = randomPicture(40, 30)
const stored = async (id = 1) => post('/pictures', form({ id: String(id), title: 'A', code: `c${id}`, photo: png }))
const state = () =>
  cellar
    .from(pictures)
    .orderBy((c) => c.id)
    .collect()

describe('a request', () => {
  it('with an unknown field is 422', async () => {
    const { errors } = await refusal('/notes', { id: 1, text: 'x', colour: 1 }, 422, 'INVALID_VALUE')
    expect(errors).toMatchObject([{ path: ['colour'], code: 'UNKNOWN_FIELD' }])
    await refusal('/pictures', form({ id: '1', title: 'x', photo: png, colour: 'red' }), 422, 'INVALID_VALUE')
    await refusal('/notes?colour=red', { id: 1, text: 'x' }, 422, 'INVALID_VALUE')
    await refusal('/pictures/by-title', { title: 'x', colour: 1 }, 422, 'INVALID_VALUE')
    await refusal('/pictures/delete', { id: 1, title: 'x' }, 422, 'INVALID_VALUE')
    expect([await cellar.from(notes).count(), await cellar.from(pictures).count()]).toEqual([0, 0])
  })

  it('with values of other types is 422 and names them all', async () => {
    const { errors } = await refusal('/notes', { id: '1', text: 7 }, 422, 'INVALID_VALUE')
    expect(errors.map(({ path }) => path)).toEqual([['id'], ['text']])
    await refusal('/pictures', form({ id: 'one', title: 'x', photo: png }), 422, 'INVALID_VALUE')
    await refusal('/pictures/by-title', { title: 'x', limit: '5' }, 422, 'INVALID_VALUE')
    await refusal('/notes', { id: 1, text: null }, 422, 'INVALID_VALUE')
    expect(await cellar.from(notes).count()).toBe(0)
  })

  it('without a value that is needed is 422', async () => {
    const { errors } = await refusal('/notes', {}, 422, 'INVALID_VALUE')
    expect(errors.map(({ path, code }) => [path, code])).toEqual([
      [['id'], 'MISSING_VALUE'],
      [['text'], 'MISSING_VALUE'],
    ])
    await refusal('/pictures', form({ id: '1', title: 'x' }), 422, 'INVALID_VALUE')
    await refusal('/pictures/update', { title: 'x' }, 422, 'INVALID_VALUE')
    await stored()
    await refusal('/pictures/delete', {}, 422, 'INVALID_VALUE')
    expect(await cellar.from(pictures).count()).toBe(1)
  })

  it('with a key that is taken is 409, alone and among others', async () => {
    await stored()
    const before = await state()
    await refusal('/pictures', form({ id: '1', title: 'B', photo: randomPicture() }), 409, 'DUPLICATE_KEY')
    await refusal('/pictures', form({ id: '2', title: 'B', code: 'c1', photo: randomPicture() }), 409, 'DUPLICATE_KEY')
    expect(await state()).toEqual(before)
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => post('/notes', { id: n % 20, text: `x${n}` })),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([...Array(20).fill(200), ...Array(40).fill(409)])
    expect(await cellar.from(notes).count()).toBe(20)
    for (const answer of answers)
      if (answer.status === 409) expect((await problemOf(answer)).code).toBe('DUPLICATE_KEY')
  })

  it('for a row that does not exist is 404', async () => {
    await refusal('/pictures/update', { id: 99, title: 'x' }, 404, 'ROW_NOT_FOUND')
    expect(await (await post('/pictures/delete', { id: 99 })).json()).toEqual({ num_rows: 0 })
  })

  it.each([
    ['text', 'hello'],
    ['cut-off JSON', '{"id": 1, "text": "x'],
    ['a number', '7'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['deep nesting', `${'['.repeat(20_000)}`],
  ])('whose body is %s instead of an object is 400', async (_, body) => {
    await refusal('/notes', body, 400, 'BODY_UNREADABLE')
  })

  it('whose body is not what it says it is is refused', async () => {
    const answer = await post('/notes', 'id=1', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(await problemOf(answer)).toMatchObject({ status: 415, code: 'BODY_TYPE_UNSUPPORTED' })
    const noBoundary = await post('/pictures', 'x', { 'content-type': 'multipart/form-data' })
    expect(await problemOf(noBoundary)).toMatchObject({ status: 400, code: 'BODY_UNREADABLE' })
    const noForm = await post('/pictures', 'no form at all', { 'content-type': 'multipart/form-data; boundary=b' })
    expect(await problemOf(noForm)).toMatchObject({ status: 400, code: 'BODY_UNREADABLE' })
    await using latin = new RawRequest(server.url)
    await latin.send(
      'POST /api/notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 24\r\n\r\n',
    )
    await latin.send(Buffer.from('{"id": 1, "text": "\u00e9ab"}', 'latin1'))
    expect(await latin.answer()).toMatchObject({ status: 400 })
    await refusal('/notes', { id: 1, text: 'x'.repeat(60_000) }, 413, 'BODY_TOO_LARGE')
    expect(await cellar.from(notes).count()).toBe(0)
  })

  it('for an unknown path or method is a problem as well', async () => {
    expect(await problemOf(await post('/nope', {}))).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    const get = await fetch(`${server.url}/api/notes`)
    expect(get.headers.get('allow')).toBe('POST')
    expect(await problemOf(get)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
  })
})

describe('an upload', () => {
  it.each([
    ['that is no image', Buffer.from('hello, I am a text'), 422],
    ['that is empty', Buffer.alloc(0), 422],
    ['that is cut off', png.subarray(0, png.length / 2), 422],
    ['whose pixels are damaged', Buffer.concat([png.subarray(0, 60), Buffer.alloc(400, 7), png.subarray(460)]), 422],
    ['that is a page with script', Buffer.from('<html><script>alert(1)</script></html>'), 422],
    ['over the limit', Buffer.concat([png, Buffer.alloc(FILE_LIMIT)]), 413],
  ])('%s is refused, and changes nothing', async (_, bytes, status) => {
    await stored()
    const before = await state()
    const photo = Uint8Array.from(bytes)
    for (const [path, fields] of Object.entries({
      '/pictures': { id: '2', title: 'x', photo },
      '/pictures/update': { id: '1', photo },
      '/pictures/preview': { id: '2', title: 'x', photo },
    })) {
      const problem = await problemOf(await post(path, form(fields)))
      expect(problem.status, `${path}: ${problem.code}`).toBe(status)
    }
    expect(await state()).toEqual(before)
    const media = before[0]?.photo
    expect(
      createHash('sha256')
        .update(await cellar.readMedia(media as never))
        .digest('hex'),
    ).toBe(media?.sha256)
  })

  it.each(['with', 'without'])('over the limit is refused while it arrives, %s Content-Length', async (how) => {
    const head = `--b\r\ncontent-disposition: form-data; name="photo"; filename="x.png"\r\n\r\n`
    await using request = new RawRequest(server.url)
    const length = how === 'with' ? 'content-length: 390000' : 'transfer-encoding: chunked'
    await request.send(
      `POST /api/pictures HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\n${length}\r\n\r\n`,
    )
    const data = Buffer.concat([Buffer.from(head), png, Buffer.alloc(FILE_LIMIT)])
    if (how === 'with') await request.send(data)
    else await request.send(Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]))
    // It is answered though the rest never comes.
    const answer = await request.answer()
    expect(answer.headers['content-type']).toBe('application/problem+json')
    checkProblem(JSON.parse(answer.body) as Problem, 413)
    expect(await cellar.from(pictures).count()).toBe(0)
  })

  it('that is refused while it arrives leaves its connection usable', async () => {
    const head = `--b\r\ncontent-disposition: form-data; name="colour"\r\n\r\nred\r\n`
    await using request = new RawRequest(server.url)
    await request.send(
      'POST /api/pictures HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 200000\r\n\r\n',
    )
    await request.send(`${head}--b\r\n`)
    expect(await request.answer()).toMatchObject({ status: 422 })
    await request.send(Buffer.alloc(200_000 - head.length - 5))
    await request.send('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(await request.answer()).toMatchObject({ status: 200 })
  })

  it('that says it is over the limit is refused before it is sent', async () => {
    await using request = new RawRequest(server.url)
    await request.send(
      `POST /api/pictures HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 99999999\r\n\r\n`,
    )
    expect(await request.answer()).toMatchObject({ status: 413 })
    await using json = new RawRequest(server.url)
    await json.send(
      'POST /api/notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n',
    )
    expect(await json.answer()).toMatchObject({ status: 413 })
  })

  it.each([0.1, 0.5, 0.99])('that breaks off leaves nothing behind (%f of it sent)', async (part) => {
    const fields = ['id', 'title']
      .map((name) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n1\r\n`)
      .join('')
    const head = Buffer.from(`${fields}--b\r\ncontent-disposition: form-data; name="photo"; filename="x.png"\r\n\r\n`)
    const body = Buffer.concat([head, randomPicture(300, 250), Buffer.from('\r\n--b--\r\n')])
    await using request = new RawRequest(server.url)
    await request.send(
      `POST /api/pictures HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: ${body.length}\r\n\r\n`,
    )
    await request.send(body.subarray(0, Math.floor(body.length * part)))
    await new Promise((resolve) => setTimeout(resolve, 100))
    request.abort()
    await expect.poll(drafts).toEqual([])
    expect(await cellar.from(pictures).count()).toBe(0)
    expect((await stored()).status).toBe(200)
  })

  it('in a form of 10,000 parts is refused', async () => {
    const data = form({ id: '1', photo: png })
    for (let n = 0; n < 10_000; n += 1) data.append('title', 'x')
    expect(await problemOf(await post('/pictures', data))).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
    const files = form({ id: '1', title: 'x' })
    for (let n = 0; n < 40; n += 1) files.append('photo', new Blob([png]), 'x.png')
    expect([413, 422]).toContain((await problemOf(await post('/pictures', files))).status)
    expect(await cellar.from(pictures).count()).toBe(0)
  })

  it('whose headers go on for ever is refused', async () => {
    const header = `x-filler: ${'y'.repeat(20_000)}\r\n`
    const body = `--b\r\n${header}content-disposition: form-data; name="title"\r\n\r\nx\r\n--b--\r\n`
    const answer = await post('/pictures', body, { 'content-type': 'multipart/form-data; boundary=b' })
    expect([400, 413, 422]).toContain((await problemOf(answer)).status)
  })

  it('may not name a file of the server or of its network', async () => {
    for (const photo of ['/etc/passwd', 'file:///etc/passwd', 'cat.png', '../x.png'])
      await refusal('/pictures', { id: 1, title: 'x', photo }, 422, 'INVALID_VALUE')
    for (const photo of [
      'http://127.0.0.1/x.png',
      'http://[::1]/x.png',
      'http://169.254.169.254/',
      'http://localhost/x.png',
    ])
      await refusal('/pictures', { id: 1, title: 'x', photo }, 422, 'MEDIA_URL_REFUSED')
    expect(await cellar.from(pictures).count()).toBe(0)
  })
})

describe('a function', () => {
  it('that fails is 422, says nothing of its reason, and nothing is written', async () => {
    const problem = await refusal('/notes', { id: 1, text: 'fail' }, 422, 'CELL_FAILED')
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(await cellar.from(notes).count()).toBe(0)
    await post('/notes', { id: 1, text: 'x' })
    await refusal('/notes/update', { id: 1, text: 'fail' }, 422, 'CELL_FAILED')
    expect(await cellar.from(notes).collect()).toEqual([{ id: 1, text: 'x', loud: 'X', same: 'x', turned: 'x' }])
  })

  it('that fails leaves a failed cell where its column says so', async () => {
    const answer = await post('/kept', { id: 1, text: 'fail' })
    expect([answer.status, await answer.json()]).toEqual([200, { id: 1, text: 'fail', loud: null }])
    expect(await cellar.inspect.cellErrors({ path: 'kept' })).toMatchObject([{ column: 'loud' }])
  })

  it.each(['stall', 'spin'])('that does not end (%s) is 503 after its time, and others go on', async (text) => {
    const began = performance.now()
    const [bad, good] = await Promise.all([post('/notes', { id: 1, text }), post('/notes', { id: 2, text: 'x' })])
    expect(good.status).toBe(200)
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(bad.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await problemOf(bad)).toMatchObject({
      status: 503,
      retryable: true,
      code: expect.stringMatching(/CELL_UNAVAILABLE|FUNCTION_TIMEOUT/),
    })
    expect(
      await cellar
        .from(notes)
        .select((c) => ({ id: c.id }))
        .collect(),
    ).toEqual([{ id: 2 }])
  })

  it('that fails ends its job with the same problem', async () => {
    const { job_url: url } = (await (await post('/notes/background', { id: 1, text: 'fail' })).json()) as {
      job_url: string
    }
    const job = (await (await fetch(`${new URL(url, server.url)}?wait=20`)).json()) as {
      status: string
      error: Problem
    }
    expect(job).toMatchObject({ status: 'error', error: { code: 'CELL_FAILED', status: 422 } })
    checkProblem(job.error, 422)
    expect(await cellar.from(notes).count()).toBe(0)
  })
})

describe('a route that cannot be', () => {
  const route = (options: object) => () => new TableRouter().addInsertRoute(pictures, { path: '/x', ...options })
  it.each([
    ['an unknown input', route({ inputs: ['colour'] })],
    ['an unknown upload', route({ uploadInputs: ['colour'] })],
    ['an unknown output', route({ outputs: ['colour'] })],
    ['an upload of a text', route({ uploadInputs: ['title'] })],
    ['a computed input', route({ inputs: ['small'] })],
    ['an input twice', route({ inputs: ['title', 'title'] })],
    ['an input that is an upload too', route({ inputs: ['photo'], uploadInputs: ['photo'] })],
    ['a file of several outputs', route({ returnFile: true, outputs: ['small', 'photo'] })],
    ['a relative path', route({ path: 'x' })],
    ['an unknown path parameter', route({ path: '/x/:colour' })],
    [
      'an unknown match column',
      () => new TableRouter().addDeleteRoute(pictures, { path: '/x', matchColumns: ['colour' as 'id'] }),
    ],
  ])('with %s is refused when it is declared', (_, declare) => {
    expect(declare).toThrowError(coded('ROUTE_INVALID'))
  })
})

describe('a table that is dropped under live routes', () => {
  it('is 409 for its routes alone, and works again when it is back', async () => {
    await post('/kept', { id: 1, text: 'x' })
    await cellar.drop(kept)
    const load = Array.from({ length: 8 }, (_, id) => post('/kept', { id, text: 'x' }))
    for (const answer of await Promise.all(load))
      expect(await problemOf(answer)).toMatchObject({ status: 409, code: 'SCHEMA_CHANGED' })
    expect((await stored()).status).toBe(200)
    await cellar.apply([kept])
    expect((await post('/kept', { id: 1, text: 'x' })).status).toBe(200)
    expect(await cellar.from(kept).count()).toBe(1)
  })
})
