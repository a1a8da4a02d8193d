import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start as startDeclared } from '../../examples/endpoints/declared/app.ts'
import { start as startHandWritten } from '../../examples/endpoints/hand-written/app.ts'
import { type TestDatabase, testDatabase, testMode } from '../support/databases.ts'

/** What both forms of the example answer; the hand-written one needs a Postgres server. */
const forms = [
  ['declared', (database: TestDatabase) => startDeclared({ ...database.options })],
  ...(testMode === 'server'
    ? [
        [
          'hand-written',
          ({ databaseUrl, home }: TestDatabase) => startHandWritten({ databaseUrl: databaseUrl ?? '', home }),
        ] as const,
      ]
    : []),
] as const

describe.each(forms)('the %s endpoints', (_, start) => {
  let database: TestDatabase
  let app: { readonly url: string; close(): Promise<unknown> }
  let picture: Blob

  beforeAll(async () => {
    database = await testDatabase()
    app = await start(database)
    const pixels = { width: 800, height: 600, channels: 3, background: '#4a7' } as const
    picture = new Blob([new Uint8Array(await sharp({ create: pixels }).jpeg().toBuffer())], { type: 'image/jpeg' })
  })
  afterAll(async () => {
    await app?.close()
    await database?.[Symbol.asyncDispose]()
  })

  const form = (fields: Readonly<Record<string, string | Blob>>): FormData => {
    const data = new FormData()
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') data.append(name, value)
      else data.append(name, value, 'picture.jpg')
    }
    return data
  }
  const request = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const json = body !== undefined && !(body instanceof FormData) && typeof body !== 'string'
    const response = await fetch(app.url + path, {
      method,
      headers: { ...(json || typeof body === 'string' ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as FormData | string) }),
    })
    const type = response.headers.get('content-type') ?? ''
    // biome-ignore lint/suspicious/noExplicitAny: an answer is compared with what is expected, whatever it holds
    const answer: any = type.includes('json') ? await response.json() : undefined
    return {
      status: response.status,
      type,
      headers: response.headers,
      body: answer,
    }
  }
  const upload = (title: string, more: Readonly<Record<string, string | Blob>> = {}) =>
    request('POST', '/api/photos', form({ title, photo: picture, ...more }))
  const paths = (problem: { readonly errors: readonly { readonly path: readonly unknown[] }[] }) =>
    problem.errors.map(({ path }) => path.join('.')).sort()

  it('takes a photo and answers with what was computed from it', async () => {
    const { status, body } = await upload('A Red Door', { tags: '["door","red"]' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      title: 'A Red Door',
      tags: ['door', 'red'],
      slug: 'a-red-door',
      width: 800,
      height: 600,
    })
    expect(body.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(new Date(body.taken).getTime()).toBeGreaterThan(Date.now() - 60_000)
    const thumb = await sharp(Buffer.from(await (await fetch(body.thumb)).arrayBuffer())).metadata()
    expect([thumb.format, thumb.width, thumb.height]).toEqual(['jpeg', 320, 240])
    expect(Buffer.from(await (await fetch(body.photo)).arrayBuffer())).toEqual(Buffer.from(await picture.arrayBuffer()))
  })

  it('serves media with ranges and validators', async () => {
    const { photo } = (await upload('Ranges')).body
    const whole = await fetch(photo)
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(whole.headers.get('cache-control')).toContain('immutable')
    const bytes = Buffer.from(await whole.arrayBuffer())
    const part = await fetch(photo, { headers: { range: 'bytes=2-9' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 2-9/${bytes.length}`])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(2, 10))
    const head = await fetch(photo, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)])
    const same = await fetch(photo, {
      headers: { 'if-none-match': whole.headers.get('etag') ?? '', 'cache-control': 'max-age=0' },
    })
    expect(same.status).toBe(304)
    expect((await fetch(`${photo}x`)).status).toBe(404)
    expect((await fetch(`${app.url}/api/media/..%2f..%2fetc%2fpasswd`)).status).toBeGreaterThanOrEqual(400)
  })

  it('finds photos, the newest first', async () => {
    const titles = ['A Blue Boat', 'A Blue Bird', 'A Green Boat']
    const ids: string[] = []
    for (const title of titles) ids.push((await upload(title)).body.id)
    const found = await request('POST', '/api/photos/search', { text: 'Boat' })
    expect(found.body.rows.map((row: { id: string }) => row.id)).toEqual([ids[2], ids[0]])
    expect(Object.keys(found.body.rows[0])).toEqual(['id', 'title', 'thumb'])
    const one = await request('POST', '/api/photos/search', { text: 'Blue', limit: 1 })
    expect(one.body.rows.map((row: { id: string }) => row.id)).toEqual([ids[1]])
  })

  it('reads, changes and deletes one photo', async () => {
    const { id } = (await upload('Old Title', { tags: '["a"]' })).body
    expect((await request('GET', `/api/photos/${id}`)).body).toMatchObject({ id, title: 'Old Title', width: 800 })
    const changed = await request('PATCH', `/api/photos/${id}`, { title: 'New Title' })
    expect(changed.body).toMatchObject({ title: 'New Title', slug: 'new-title', tags: ['a'] })
    expect((await request('PATCH', `/api/photos/${id}`, { tags: null })).body).toMatchObject({
      title: 'New Title',
      tags: null,
    })
    expect((await request('DELETE', `/api/photos/${id}`)).body).toEqual({ num_rows: 1 })
    expect((await request('DELETE', `/api/photos/${id}`)).body).toEqual({ num_rows: 0 })
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { title: 'x' }],
    ] as const) {
      const missing = await request(method, `/api/photos/${id}`, body)
      expect([missing.status, missing.type]).toEqual([404, expect.stringContaining('application/problem+json')])
    }
  })

  it('computes a preview and stores no row', async () => {
    const preview = await request('POST', '/api/photos/preview', form({ title: 'Only A Look', photo: picture }))
    expect(preview.body).toEqual({ slug: 'only-a-look', thumb: expect.stringContaining('/api/media/') })
    expect((await fetch(preview.body.thumb)).status).toBe(200)
    expect((await request('POST', '/api/photos/search', { text: 'Only A Look' })).body.rows).toEqual([])
  })

  it('imports in the background', async () => {
    const { status, headers, body } = await request(
      'POST',
      '/api/photos/import',
      form({ title: 'Later', photo: picture }),
    )
    expect([status, headers.get('location')]).toEqual([202, body.job_url])
    const read = async () => (await request('GET', `/api/jobs/${body.id}`)).body
    let job = await read()
    for (const end = Date.now() + 20_000; job.status === 'pending' && Date.now() < end; job = await read()) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(job).toMatchObject({ status: 'done', error: null, result: { title: 'Later', slug: 'later', width: 800 } })
    expect((await request('GET', `/api/photos/${job.result.id}`)).status).toBe(200)
    expect((await request('GET', '/api/jobs/00000000-0000-4000-8000-000000000000')).status).toBe(404)
  })

  it.each([
    ['no title', () => form({ photo: picture }), ['title']],
    ['no photo', () => form({ title: 'x' }), ['photo']],
    ['an unknown field', () => form({ title: 'x', photo: picture, colour: 'red' }), ['colour']],
    ['tags that are no list', () => form({ title: 'x', photo: picture, tags: '{"a":1}' }), ['tags']],
    ['a file that is no picture', () => form({ title: 'x', photo: new Blob(['hello']) }), ['photo']],
  ])('refuses a form with %s', async (_name, body, expected) => {
    const { status, type, body: problem } = await request('POST', '/api/photos', body())
    expect([status, type]).toEqual([422, expect.stringContaining('application/problem+json')])
    expect(paths(problem)).toEqual(expected)
  })

  it.each([
    ['a wrong type', { text: 7 }, 422, ['text']],
    ['an unknown field', { txt: 'a' }, 422, ['txt']],
    ['a limit out of bounds', { limit: 5000 }, 422, ['limit']],
    ['text that is no JSON', '{"text":', 400, []],
  ])('refuses a search with %s', async (_name, body, status, expected) => {
    const answer = await request('POST', '/api/photos/search', body)
    expect([answer.status, answer.type]).toEqual([status, expect.stringContaining('application/problem+json')])
    expect(paths(answer.body)).toEqual(expected)
  })

  it('refuses what is too large, and says nothing of the inside', async () => {
    const large = new Blob([new Uint8Array(21 * 1024 ** 2)])
    expect((await request('POST', '/api/photos', form({ title: 'x', photo: large }))).status).toBe(413)
    expect((await request('POST', '/api/photos/search', { text: 'x'.repeat(1024 ** 2) })).status).toBe(413)
    const unknown = await request('GET', '/api/nothing')
    expect([unknown.status, unknown.type]).toEqual([404, expect.stringContaining('application/problem+json')])
    expect(JSON.stringify(unknown.body)).not.toMatch(/node_modules|select |at /)
  })

  it('describes itself', async () => {
    const { body } = await request('GET', '/openapi.json')
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/api/photos',
        '/api/photos/search',
        '/api/photos/{id}',
        '/api/photos/import',
        '/api/jobs/{id}',
      ]),
    )
    expect((await request('GET', '/health/live')).status).toBe(200)
  })
})
