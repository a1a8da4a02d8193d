import { randomBytes } from 'node:crypto'
import { readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type Cellar, defineQuery, defineTable, open, t } from 'cellar'
import { readImageMetadata } from 'cellar/media'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { randomPicture } from '../support/pictures.ts'

const pictures = defineTable('pictures', {
  id: t.int().primaryKey(),
  picture: t.image(),
  scan: t.document().nullable(),
  source: t.image({ reference: true }).nullable(),
})
const one = defineQuery('one', { id: t.int() }, ({ id }, { from }) => from(pictures).where((c) => c.id.eq(id)))
const presets = {
  small: { width: 32, height: 32, format: 'webp', quality: 70 },
  square: { width: 24, height: 24, fit: 'cover', format: 'jpeg' },
  same: { width: 20 },
  plain: { format: 'png' },
} as const
const outputs = ['picture', 'scan', 'source'] as const

const routers = [
  new TableRouter({ prefix: '/open', media: { presets } }).addQueryRoute(one, {
    path: '/:id',
    method: 'get',
    oneRow: true,
    outputs,
  }),
  new TableRouter({
    prefix: '/mine',
    media: { presets },
    auth: (c) => (c.req.header('authorization') === 'me' ? { id: 'me' } : null),
  }).addQueryRoute(one, { path: '/:id', method: 'get', oneRow: true, outputs }),
  new TableRouter({ prefix: '/narrow', media: { presets, maxMaking: 1 } }),
  new TableRouter({ prefix: '/none' }).addQueryRoute(one, { path: '/:id', method: 'get', oneRow: true, outputs }),
]

let database: TestDatabase
let cellar: Cellar
let server: RunningServer
let lastId = 0

async function start(): Promise<void> {
  cellar = await open(database.options)
  await cellar.apply([pictures])
  server = await serve(routers, { cellar, port: 0 })
}
async function stop(): Promise<void> {
  await server.close()
  await cellar.close()
}
beforeAll(async () => {
  database = await testDatabase()
  await start()
})
afterAll(async () => {
  await stop()
  await database[Symbol.asyncDispose]()
})

interface Row {
  readonly picture: string
  readonly scan: string
  readonly source: string
}

/** Inserts a row; its media as the router under the prefix names them. */
async function insert(prefix = '/open', picture: Uint8Array = randomPicture(64, 48), more = {}): Promise<Row> {
  lastId += 1
  const id = lastId
  await cellar.insert(pictures, { id, picture, ...more })
  const response = await fetch(`${server.url}${prefix}/${id}`, { headers: { authorization: 'me' } })
  return (await response.json()) as Row
}
const fileOf = (url: string) => new URL(url).pathname.split('/').at(-1) ?? ''
const withPreset = (url: string, name: string) => `${url}${url.includes('?') ? '&' : '?'}preset=${name}`
async function problemAt(url: string): Promise<readonly [number, string]> {
  const response = await fetch(url)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return [response.status, ((await response.json()) as { code: string }).code]
}
async function imageAt(url: string) {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  const bytes = new Uint8Array(await response.arrayBuffer())
  const { format, width, height } = await readImageMetadata(bytes)
  return { response, bytes, format, width, height }
}
/** Paths of what is kept for a file. */
async function variantsOf(file: string): Promise<string[]> {
  const folder = join(database.home, 'media', 'variants', file.slice(0, 2), file)
  return (await readdir(folder).catch(() => [])).map((name) => join(folder, name))
}

describe('a preset', () => {
  it.each([
    ['small', 'image/webp', 'webp', 32, 24],
    ['square', 'image/jpeg', 'jpeg', 24, 24],
    ['same', 'image/png', 'png', 20, 15],
    ['plain', 'image/png', 'png', 64, 48],
  ])('%s gives %s', async (name, mime, format, width, height) => {
    const { picture } = await insert()
    const made = await imageAt(withPreset(picture, name))
    expect(made).toMatchObject({ format, width, height })
    expect(made.response.headers.get('content-type')).toBe(mime)
    expect(made.response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(made.response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await imageAt(picture)).toMatchObject({ width: 64, height: 48 })
  })

  it('never enlarges', async () => {
    const { picture } = await insert('/open', randomPicture(8, 6))
    expect(await imageAt(withPreset(picture, 'small'))).toMatchObject({ width: 8, height: 6, format: 'webp' })
  })

  it('answers HEAD, ranges and conditions with a tag of its own', async () => {
    const { picture } = await insert()
    const url = withPreset(picture, 'small')
    const head = await fetch(url, { method: 'HEAD' })
    const { response, bytes } = await imageAt(url)
    const tag = response.headers.get('etag') ?? ''
    expect(tag).toMatch(/^"[0-9a-f]{64}"$/)
    expect(tag).not.toContain(fileOf(picture).slice(0, 64))
    expect([head.status, head.headers.get('etag'), head.headers.get('content-length')]).toEqual([
      200,
      tag,
      String(bytes.length),
    ])
    const part = await fetch(url, { headers: { range: 'bytes=8-11', 'if-range': tag } })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      `bytes 8-11/${bytes.length}`,
      'WEBP',
    ])
    expect((await fetch(url, { headers: { range: 'bytes=8-11', 'if-range': '"other"' } })).status).toBe(200)
    expect((await fetch(url, { headers: { range: 'bytes=999999-' } })).status).toBe(416)
    const known = await fetch(url, { headers: { 'if-none-match': tag } })
    expect([known.status, await known.text()]).toEqual([304, ''])
    // The tag of the original is not that of what was made of it.
    const original = `"${fileOf(picture).slice(0, 64)}"`
    expect((await fetch(url, { headers: { 'if-none-match': original } })).status).toBe(200)
  })

  it('is made once, and kept over a restart', async () => {
    const { picture } = await insert('/open', randomPicture(1200, 900))
    const url = withPreset(`${server.url}/narrow/media/${fileOf(picture)}`, 'small')
    // This router makes one image at a time: were each request to make its own, others would be 503.
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const tags = new Set(answers.map(({ headers }) => headers.get('etag')))
    await Promise.all(answers.map((answer) => answer.arrayBuffer()))
    expect(tags.size).toBe(1)
    const [kept = '', ...others] = await variantsOf(fileOf(picture))
    expect(others).toEqual([])
    const before = await stat(kept)
    await stop()
    await start()
    const again = await imageAt(withPreset(`${server.url}/open/media/${fileOf(picture)}`, 'small'))
    expect(tags).toContain(again.response.headers.get('etag'))
    expect(await stat(kept)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
  }, 120_000)

  it('that is asked for again is marked as used', async () => {
    const { picture } = await insert()
    const url = withPreset(picture, 'small')
    await imageAt(url)
    const [kept = ''] = await variantsOf(fileOf(picture))
    const old = new Date(Date.now() - 3 * 24 * 3_600_000)
    await utimes(kept, old, old)
    await imageAt(url)
    expect((await stat(kept)).mtimeMs).toBeGreaterThan(Date.now() - 60_000)
  })

  it('is refused with Retry-After while too many are being made, and had later', async () => {
    const rows = await Promise.all(Array.from({ length: 6 }, () => insert('/open', randomPicture(1600, 1200))))
    const urls = rows.map(({ picture }) => withPreset(`${server.url}/narrow/media/${fileOf(picture)}`, 'square'))
    const answers = await Promise.all(urls.map((url) => fetch(url)))
    const refused = answers.filter(({ status }) => status === 503)
    expect(answers.map(({ status }) => status)).toContain(200)
    expect(refused.length).toBeGreaterThan(0)
    for (const answer of refused) {
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(await answer.json()).toMatchObject({ code: 'SERVER_BUSY', retryable: true })
    }
    for (const url of urls)
      await expect.poll(async () => (await fetch(url)).status, { timeout: 30_000, interval: 100 }).toBe(200)
  }, 120_000)
})

describe('refused is', () => {
  it('a preset that is not declared, with the names of those that are', async () => {
    const { picture } = await insert()
    for (const name of ['huge', '', 'constructor', '__proto__', 'SMALL', 'small%00', '../small']) {
      const response = await fetch(withPreset(picture, name))
      expect([name, response.status]).toEqual([name, 422])
      expect(await response.json()).toMatchObject({
        code: 'INVALID_VALUE',
        errors: [{ path: ['preset'], message: 'must be one of small, square, same, plain' }],
      })
    }
  })

  it.each(['width=10', 'preset=small&width=9999', 'preset=small&preset=square', 'Preset=small', 'expires=1'])(
    'the query %s',
    async (query) => {
      const { picture } = await insert()
      expect(await problemAt(`${picture}?${query}`)).toEqual([422, 'INVALID_VALUE'])
      expect(await variantsOf(fileOf(picture))).toEqual([])
    },
  )

  it('any preset on a router without', async () => {
    const { picture } = await insert('/none')
    expect(await problemAt(withPreset(picture, 'small'))).toEqual([422, 'INVALID_VALUE'])
  })

  it('a preset of what is no image', async () => {
    const { scan } = await insert('/open', randomPicture(), { scan: new TextEncoder().encode('Some text.') })
    expect(await problemAt(withPreset(scan, 'small'))).toEqual([422, 'MEDIA_WRONG_KIND'])
    expect((await fetch(scan)).status).toBe(200)
  })

  it('a preset of an image that cannot be decoded, each time', async () => {
    const picture = randomPicture(64, 48)
    randomBytes(200).copy(picture, 60)
    const row = await insert('/open', picture)
    for (let n = 0; n < 3; n += 1)
      expect(await problemAt(withPreset(row.picture, 'small'))).toEqual([422, 'MEDIA_DECODE_FAILED'])
    expect(await variantsOf(fileOf(row.picture))).toEqual([])
    const staged = await readdir(join(database.home, 'media', 'tmp'))
    expect(staged).toEqual([])
  })

  it('a file that does not exist', async () => {
    const url = `${server.url}/open/media/${'a'.repeat(64)}.png?preset=small`
    expect(await problemAt(url)).toEqual([404, 'NOT_FOUND'])
  })
})

describe('on a router with users', () => {
  it('the signature of a file is good for the declared presets, and for nothing else', async () => {
    const [row, other] = [await insert('/mine'), await insert('/mine')]
    const { response } = await imageAt(withPreset(row.picture, 'small'))
    expect(response.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/)
    const bare = row.picture.split('?')[0] ?? ''
    expect(await problemAt(`${bare}?preset=small`)).toEqual([404, 'NOT_FOUND'])
    expect(await problemAt(`${bare}?preset=huge`)).toEqual([404, 'NOT_FOUND'])
    const foreign = `${bare}?${new URL(other.picture).searchParams}`
    expect(await problemAt(withPreset(foreign, 'small'))).toEqual([404, 'NOT_FOUND'])
    expect(await problemAt(withPreset(row.picture, 'huge'))).toEqual([422, 'INVALID_VALUE'])
    expect(await problemAt(`${row.picture}&width=10`)).toEqual([422, 'INVALID_VALUE'])
  })
})

it('references to other servers are passed through as they are', async () => {
  const source = 'https://example.com/cat.jpg?size=1'
  for (const prefix of ['/open', '/mine', '/none'])
    expect((await insert(prefix, randomPicture(), { source })).source).toBe(source)
})

it('OpenAPI lists the presets', async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, { get: { parameters: { name: string; schema: object }[]; responses: object } }>
  }
  const parameters = (prefix: string) => document.paths[`${prefix}/media/{file}`]?.get.parameters ?? []
  const enumeration = { type: 'string', enum: ['small', 'square', 'same', 'plain'] }
  for (const prefix of ['/open', '/mine'])
    expect(parameters(prefix)).toContainEqual(
      expect.objectContaining({ name: 'preset', required: false, schema: enumeration }),
    )
  expect(parameters('/none').map(({ name }) => name)).toEqual(['file'])
  expect(document.paths['/open/media/{file}']?.get.responses).toHaveProperty('422')
})
