import { readdir, readlink } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { type Cellar, defineQuery, defineTable, open, t } from 'cellar'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const pictures = defineTable('pictures', {
  id: t.int().primaryKey(),
  picture: t.image(),
  scan: t.document().nullable(),
  bytes: t.binary().nullable(),
  note: t.json().nullable(),
})
const all = defineQuery('all', {}, (_, { from }) => from(pictures).orderBy((c) => c.id.asc()))
const one = defineQuery('one', { id: t.int() }, ({ id }, { from }) => from(pictures).where((c) => c.id.eq(id)))

const open_ = new TableRouter({ prefix: '/open', limits: { file: 600_000, form: 900_000, parts: 8 } })
  .addInsertRoute(pictures, { path: '/pictures', uploadInputs: ['picture', 'scan', 'bytes'] })
  .addInsertRoute(pictures, { path: '/by-url', inputs: ['id', 'picture'] })
  .addUpdateRoute(pictures, { path: '/pictures/:id', method: 'patch', uploadInputs: ['picture'], inputs: ['note'] })
  .addInsertRoute(pictures, { path: '/file', uploadInputs: ['picture'], outputs: ['picture'], returnFile: true })
  .addQueryRoute(one, { path: '/scan/:id', method: 'get', outputs: ['scan'], returnFile: true })
  .addQueryRoute(all, { path: '/all', outputs: ['id', 'picture'] })
const mine = new TableRouter({
  prefix: '/mine',
  auth: (c) => (c.req.header('authorization') === 'me' ? { id: 'me' } : null),
}).addQueryRoute(all, { path: '/all', outputs: ['id', 'picture'] })

let database: TestDatabase
let cellar: Cellar
let server: RunningServer

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([pictures])
  server = await serve([open_, mine], { cellar, port: 0 })
})
afterAll(async () => {
  await server.close()
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await cellar.delete(pictures)
})

function form(fields: Record<string, string | Blob>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  return data
}
interface Body {
  readonly picture: string
  readonly scan: string
  readonly errors: readonly { readonly path: readonly string[] }[]
}
async function upload(fields: Record<string, string | Blob>, path = '/open/pictures', method = 'POST') {
  const response = await fetch(server.url + path, { method, body: form(fields) })
  return { status: response.status, body: (await response.json()) as Body }
}
const picture = () => new Blob([PNG])
const count = async () => (await cellar.from(pictures).collect()).length

/** Files that are being received, which live beside the stored ones. */
async function drafts(): Promise<string[]> {
  const files = await readdir(join(database.home, 'media'), { recursive: true, withFileTypes: true })
  return files.filter((file) => file.isFile() && !/^[0-9a-f]{64}\.\w+$/.test(file.name)).map((file) => file.name)
}

describe('an upload', () => {
  it('is stored, and answered with a URL that gives the bytes', async () => {
    const { status, body } = await upload({ id: '1', picture: picture(), bytes: new Blob(['abc']), note: '{"a":1}' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: 1, bytes: 'YWJj', note: { a: 1 }, scan: null })
    expect(body.picture).toMatch(new RegExp(`^${server.url}/open/media/[0-9a-f]{64}\\.png$`))
    const response = await fetch(body.picture)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG)
  })

  it('replaces the media of an update', async () => {
    await upload({ id: '1', picture: picture() })
    const other = Buffer.concat([PNG, Buffer.from([0])])
    const { status, body } = await upload({ picture: new Blob([other]) }, '/open/pictures/1', 'PATCH')
    expect(status).toBe(200)
    expect(Buffer.from(await (await fetch(body.picture)).arrayBuffer())).toEqual(other)
  })

  it('may be a data URL in a JSON body', async () => {
    const response = await fetch(`${server.url}/open/by-url`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 1, picture: `data:image/png;base64,${PNG.toString('base64')}` }),
    })
    expect(response.status).toBe(200)
  })

  it.each([
    ['a path', '/etc/passwd'],
    ['a relative path', 'cat.jpg'],
    ['a file URL', 'file:///etc/passwd'],
    ['a ref', `cellar:${'a'.repeat(64)}.png`],
    ['a media value', { kind: 'image', url: `cellar:${'a'.repeat(64)}.png`, sha256: null, mime: null }],
    ['a URL to this machine', 'http://127.0.0.1:1/x.png'],
    ['a URL to the address of cloud metadata', 'http://169.254.169.254/latest'],
  ])('is not %s in a JSON body', async (_, value) => {
    const response = await fetch(`${server.url}/open/by-url`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 1, picture: value }),
    })
    expect([response.status, ((await response.json()) as { errors: { path: string[] }[] }).errors[0]?.path]).toEqual([
      422,
      ['picture'],
    ])
    expect(await count()).toBe(0)
  })

  it.each([
    ['text', new Blob(['hello'])],
    ['nothing', new File([], 'empty.png')],
    ['a damaged picture', new Blob([PNG.subarray(0, 20)])],
    [
      'a page that calls itself a picture',
      new File(['<html><script>1</script></html>'], 'x.png', { type: 'image/png' }),
    ],
  ])('that is %s where a picture is wanted is 422', async (_, file) => {
    const { status, body } = await upload({ id: '1', picture: file })
    expect(status).toBe(422)
    expect(body).toMatchObject({ errors: [{ path: ['picture'] }] })
    expect(await count()).toBe(0)
    expect(await drafts()).toEqual([])
  })

  it.each([
    ['an unknown file field', { id: '1', picture: picture(), nope: picture() }, ['nope']],
    ['an unknown text field', { id: '1', picture: picture(), nope: 'x' }, ['nope']],
    ['a file for a text field', { id: picture(), picture: picture() }, ['id']],
    ['a missing file', { id: '1' }, ['picture']],
    ['a text that is no URL for a file', { id: '1', picture: 'cat.jpg' }, ['picture']],
    ['JSON that is none', { id: '1', picture: picture(), note: '{' }, ['note']],
  ] as const)('with %s is 422', async (_, fields, path) => {
    const { status, body } = await upload(fields as unknown as Record<string, Blob>)
    expect([status, body.errors[0]?.path]).toEqual([422, path])
    expect(await count()).toBe(0)
    expect(await drafts()).toEqual([])
  })

  it('over the limit is 413, with and without Content-Length', async () => {
    const big = new Blob([PNG, new Uint8Array(700_000)])
    expect(await upload({ id: '1', picture: big })).toMatchObject({ status: 413 })
    const boundary = 'b'
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="picture"; filename="x"\r\n\r\n`
    const status = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${server.url}/open/pictures`, {
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      })
      request.on('response', (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', reject)
      request.write(head)
      request.write(PNG)
      request.write(Buffer.alloc(700_000))
    })
    expect(status).toBe(413)
    expect(await count()).toBe(0)
    await expect.poll(drafts).toEqual([])
  })

  it('with too many parts is 413', async () => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`f${n}`, 'x']))
    expect([413, 422]).toContain((await upload(fields)).status)
    const data = new FormData()
    for (let n = 0; n < 10_000; n += 1) data.append('note', '1')
    const response = await fetch(`${server.url}/open/pictures`, { method: 'POST', body: data })
    expect(response.status).toBe(413)
  })

  it('that is broken off leaves nothing behind', async () => {
    const request = httpRequest(`${server.url}/open/pictures`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '600000' },
    })
    request.on('error', () => {})
    request.write('--b\r\ncontent-disposition: form-data; name="picture"; filename="x"\r\n\r\n')
    request.write(PNG)
    // What is small is kept in memory; this is not.
    request.write(Buffer.alloc(400_000))
    await expect.poll(drafts).not.toEqual([])
    request.destroy()
    await expect.poll(drafts).toEqual([])
    expect(await count()).toBe(0)
  })

  it('can be answered with the file itself', async () => {
    const response = await fetch(`${server.url}/open/file`, {
      method: 'POST',
      body: form({ id: '1', picture: picture() }),
    })
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG)
    expect((await fetch(`${server.url}/open/scan/1`)).status).toBe(404)
  })

  it.skipIf(process.platform !== 'linux')('opens no file for HEAD (is seen on Linux only)', async () => {
    const scan = new Blob(['a'.repeat(400_000)])
    await upload({ id: '1', picture: picture(), scan })
    for (let i = 0; i < 5; i += 1) {
      const head = await fetch(`${server.url}/open/scan/1`, {
        method: 'HEAD',
        headers: { 'accept-encoding': 'identity' },
      })
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '400000'])
    }
    const files = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    )
    expect(files.filter((path) => path.startsWith(join(database.home, 'media')))).toEqual([])
  })
})

describe('the media endpoint', () => {
  let url: string
  beforeEach(async () => {
    url = (await upload({ id: '1', picture: picture() })).body.picture
  })
  const get = (headers: Record<string, string>, method = 'GET') => fetch(url, { method, headers })

  it('serves ranges, conditions and HEAD', async () => {
    const whole = await get({})
    const tag = whole.headers.get('etag') ?? ''
    expect(whole.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff')
    await whole.arrayBuffer()
    const head = await get({}, 'HEAD')
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(PNG.length)])
    const part = await get({ range: 'bytes=1-3' })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      `bytes 1-3/${PNG.length}`,
      'PNG',
    ])
    const outside = await get({ range: 'bytes=9999-' })
    expect([outside.status, ((await outside.json()) as { code: string }).code]).toEqual([416, 'RANGE_NOT_SATISFIABLE'])
    expect((await get({ range: 'bytes=1-3', 'if-range': tag })).status).toBe(206)
    expect((await get({ range: 'bytes=1-3', 'if-range': '"other"' })).status).toBe(200)
    expect((await get({ 'if-none-match': tag })).status).toBe(304)
  })

  it.each([
    'nope',
    `${'a'.repeat(64)}.png`,
    `${'A'.repeat(64)}.png`,
    '..%2f..%2fetc%2fpasswd',
    '%00',
    `${'a'.repeat(64)}.${'x'.repeat(300)}`,
  ])('answers 404 to %s', async (file) => {
    const response = await fetch(`${server.url}/open/media/${file}`)
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  })

  it('sends what could run as a download in a sandbox', async () => {
    const page = new Blob(['<!doctype html><html><script>alert(1)</script></html>'])
    const { body } = await upload({ id: '2', picture: picture(), scan: page })
    const response = await fetch(body.scan)
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('never takes its address from the request', async () => {
    const host = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(`${server.url}/open/all`, {
        method: 'POST',
        headers: { host: 'evil.example', 'content-type': 'application/json' },
      })
      request.on('error', reject)
      request.on('response', async (response) => {
        let text = ''
        for await (const chunk of response) text += String(chunk)
        resolve(text)
      })
      request.end('{}')
    })
    expect(host).toContain(server.url)
    expect(host).not.toContain('evil')
  })

  it('asks a router with users for a signature', async () => {
    const answer = async () => {
      const response = await fetch(`${server.url}/mine/all`, { method: 'POST', headers: { authorization: 'me' } })
      return ((await response.json()) as { rows: { picture: string }[] }).rows[0]?.picture ?? ''
    }
    const signed = await answer()
    expect(signed).toContain('signature=')
    expect(await answer()).toBe(signed)
    const response = await fetch(signed)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/)
    expect((await fetch(signed.split('?')[0] ?? '')).status).toBe(404)
    expect((await fetch(signed.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).status).toBe(404)
  })
})

it('does not fetch from this machine unless it is allowed', async () => {
  let asked = 0
  const victim = createServer((_, response) => {
    asked += 1
    response.end(PNG)
  })
  await new Promise<void>((resolve) => victim.listen(0, '127.0.0.1', resolve))
  const { port } = victim.address() as { port: number }
  const response = await fetch(`${server.url}/open/by-url`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 1, picture: `http://localhost:${port}/x.png` }),
  })
  expect([response.status, asked]).toEqual([422, 0])
  victim.close()
})
