import { request } from 'node:http'
import { brotliDecompressSync, createGunzip, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { defineQuery, defineTable, t } from 'cellar'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string(), scan: t.document().nullable() })
const all = defineQuery('all', {}, (_, { from }) => from(notes).select((c) => ({ id: c.id, text: c.text })))
const scans = defineQuery('scans', {}, (_, { from }) => from(notes).select((c) => ({ scan: c.scan })))
const scene = useCellar([notes])
const text = 'a text that is repeated. '.repeat(100)

let gate = Promise.withResolvers<void>()
let server: RunningServer
let plain: RunningServer
const routerOf = () => {
  const router = new TableRouter({ prefix: '/api' })
    .addQueryRoute(all, { path: '/all', method: 'get' })
    .addQueryRoute(scans, { path: '/scans', method: 'get' })
  router.get('/tagged', (c) => c.json({ text }, 200, { etag: '"v1"' }))
  router.get('/kept', (c) => c.json({ text }, 200, { 'cache-control': 'no-transform' }))
  router.get('/encoded', (c) =>
    c.body(Buffer.from(text), 200, { 'content-encoding': 'x-own', 'content-type': 'text/plain' }),
  )
  router.get('/big', () => {
    let rows = 0
    const body = new ReadableStream({
      pull(controller) {
        rows += 1
        controller.enqueue(new TextEncoder().encode(`${JSON.stringify({ rows, text })}\n`))
        if (rows === 4000) controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } })
  })
  router.get('/events', () => {
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('data: 1\n\n'))
        await gate.promise
        controller.enqueue(new TextEncoder().encode('data: 2\n\n'))
        controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  })
  return router
}
beforeAll(async () => {
  server = await serve(routerOf(), { cellar: scene.cellar, port: 0 })
  plain = await serve(routerOf(), { cellar: scene.cellar, port: 0, compression: false })
})
afterAll(async () => {
  await server.close()
  await plain.close()
})
beforeEach(async () => {
  gate = Promise.withResolvers()
  await scene.cellar.insert(notes, [
    { id: 1, text, scan: `data:text/plain;base64,${Buffer.from(text).toString('base64')}` },
  ])
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}
/** `fetch` would decode it. */
const get = (path: string, accept?: string, { base = server.url, method = 'GET' } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = accept === undefined ? {} : { 'accept-encoding': accept }
    const sent = request(new URL(path, base), { headers, method }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })

describe('an answer', () => {
  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
  ] as const)('is compressed with %s for who takes that', async (encoding, decode) => {
    const { headers, body } = await get('/api/all', encoding)
    expect(headers).toMatchObject({
      'content-encoding': encoding,
      vary: 'Accept-Encoding',
      'content-type': 'application/json',
    })
    expect(headers['content-length']).toBe(undefined)
    expect(body.length).toBeLessThan(text.length / 4)
    expect(JSON.parse(decode(body).toString())).toMatchObject({ rows: [{ id: 1, text }] })
  })

  it('is as it is for others, and says that it may be different', async () => {
    for (const accept of [undefined, 'identity', 'gzip;q=0']) {
      const { headers, body } = await get('/api/all', accept)
      expect(headers['content-encoding']).toBe(undefined)
      expect(headers).toMatchObject({ vary: 'Accept-Encoding', 'content-length': String(body.length) })
      expect(JSON.parse(body.toString())).toMatchObject({ rows: [{ id: 1, text }] })
    }
  })

  it('that is small, encoded already or not to be transformed stays', async () => {
    for (const path of ['/health/live', '/api/kept'])
      expect((await get(path, 'gzip')).headers['content-encoding']).toBe(undefined)
    expect((await get('/api/encoded', 'gzip')).headers['content-encoding']).toBe('x-own')
    expect((await get('/api/all', 'gzip', { base: plain.url })).headers['content-encoding']).toBe(undefined)
  })

  it('with media stays, ranges included', async () => {
    const { rows } = JSON.parse((await get('/api/scans')).body.toString())
    const { pathname } = new URL(rows[0].scan)
    const { headers, body } = await get(pathname, 'gzip')
    expect([headers['content-encoding'], headers['content-length'], body.toString()]).toEqual([
      undefined,
      String(text.length),
      text,
    ])
  })

  it('to HEAD tells what GET would', async () => {
    const { headers, body } = await get('/api/all', 'gzip', { method: 'HEAD' })
    expect([headers['content-encoding'], body.length]).toEqual(['gzip', 0])
  })

  it('has a tag of its own per encoding', async () => {
    expect((await get('/api/tagged')).headers.etag).toBe('"v1"')
    expect((await get('/api/tagged', 'br')).headers.etag).toBe('"v1+br"')
  })
})

describe('a stream', () => {
  it('is compressed with back-pressure, wholly', async () => {
    for (const [encoding, decode] of [
      ['gzip', gunzipSync],
      ['zstd', zstdDecompressSync],
      ['br', brotliDecompressSync],
    ] as const) {
      const { headers, body } = await get('/api/big', encoding)
      expect(headers['content-encoding']).toBe(encoding)
      const lines = decode(body).toString().trimEnd().split('\n')
      expect([lines.length, JSON.parse(lines[3999] as string)]).toEqual([4000, { rows: 4000, text }])
    }
  })

  it('goes out piece by piece', async () => {
    const received: string[] = []
    const ended = new Promise<void>((resolve, reject) => {
      request(new URL('/api/events', server.url), { headers: { 'accept-encoding': 'gzip' } }, (answer) => {
        answer
          .pipe(createGunzip())
          .on('data', (data: Buffer) => received.push(data.toString()))
          .on('error', reject)
          .on('end', resolve)
      }).end()
    })
    await expect.poll(() => received.join('')).toBe('data: 1\n\n')
    gate.resolve()
    await ended
    expect(received.join('')).toBe('data: 1\n\ndata: 2\n\n')
  })

  it('that nobody reads any more ends', async () => {
    const sent = request(new URL('/api/big', server.url), { headers: { 'accept-encoding': 'gzip' } })
    sent.on('error', () => {})
    await new Promise<void>((resolve) => {
      sent.on('response', (answer) => {
        answer.on('error', () => {})
        answer.once('data', () => {
          sent.destroy()
          resolve()
        })
      })
      sent.end()
    })
    expect((await get('/api/all', 'gzip')).status).toBe(200)
  })
})
