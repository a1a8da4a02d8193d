import { request } from 'node:http'
import { defineFunction, defineTable, t } from 'cellar'
import { type RunningServer, type ServeOptions, serve, TableRouter } from 'cellar/serve'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkProblem, problemOf } from '../support/problems.ts'
import { RawRequest } from '../support/raw-http.ts'
import { useCellar } from '../support/use-cellar.ts'

let gate = Promise.withResolvers<void>()
let started = Promise.withResolvers<void>()
let aborted: unknown
const slow = defineFunction({
  name: 'limitsTestSlow',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }, { signal }) => {
    if (text !== 'wait') return text
    started.resolve()
    signal.addEventListener('abort', () => {
      aborted = signal.reason
    })
    await gate.promise
    return text
  },
})
const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() }).computed('copy', (c) =>
  slow({ text: c.text }),
)
const files = defineTable('files', { id: t.int().primaryKey(), file: t.document() })
const scene = useCellar([notes, files])

beforeEach(() => {
  gate = Promise.withResolvers()
  started = Promise.withResolvers()
  aborted = undefined
})
let server: RunningServer | undefined
afterEach(async () => {
  gate.resolve()
  await server?.close()
  server = undefined
})

type Options = ConstructorParameters<typeof TableRouter>[0]
const routerOf = (options: Options, route: { timeout?: number } = {}) =>
  new TableRouter({ prefix: '/api', ...options })
    .addInsertRoute(notes, { path: '/notes', outputs: ['id', 'copy'], ...route })
    .addInsertRoute(files, { path: '/files', uploadInputs: ['file'], outputs: ['id'] })
async function start(options: Options, more: Partial<ServeOptions> = {}, route = {}): Promise<string> {
  const router = routerOf(options, route)
  router.get('/hello', (c) => c.text('hello'))
  server = await serve(router, { cellar: scene.cellar, port: 0, ...more })
  return server.url
}
const post = (url: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(`${url}/api/notes`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
    ...(signal ? { signal } : {}),
  })
const stored = () => scene.cellar.from(notes).count()

describe('concurrency', () => {
  it('refuses what comes beyond, at once, and serves again when there is room', async () => {
    const url = await start({ concurrency: { requests: 1 } })
    const first = post(url, { id: 1, text: 'wait' })
    await started.promise
    const refused = await post(url, { id: 2, text: 'x' })
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await problemOf(refused)).toMatchObject({ status: 503, code: 'SERVER_BUSY', retryable: true })
    expect((await fetch(`${url}/api/hello`)).status).toBe(503)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    gate.resolve()
    expect((await first).status).toBe(200)
    expect((await post(url, { id: 2, text: 'x' })).status).toBe(200)
  })

  it('counts a client that went away no longer', async () => {
    const url = await start({}, { concurrency: { requests: 1 } })
    const leave = new AbortController()
    const first = post(url, { id: 1, text: 'wait' }, {}, leave.signal).catch(() => undefined)
    await started.promise
    expect((await post(url, { id: 2, text: 'x' })).status).toBe(503)
    leave.abort()
    await first
    await expect.poll(async () => (await post(url, { id: 2, text: 'x' })).status).not.toBe(503)
  })

  it('bounds uploads apart from other requests', async () => {
    const url = await start({ concurrency: { uploads: 1 } })
    await using upload = new RawRequest(url)
    await upload.send(
      'POST /api/files HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 500\r\n\r\n--b\r\n',
    )
    const form = new FormData()
    form.append('id', '1')
    form.append('file', new Blob(['text']), 'x.txt')
    const second = () => fetch(`${url}/api/files`, { method: 'POST', body: form })
    await expect.poll(async () => (await second()).status).toBe(503)
    expect((await post(url, { id: 1, text: 'x' })).status).toBe(200)
    upload.abort()
    await expect.poll(async () => (await second()).status).toBe(200)
  })
})

describe('a time limit', () => {
  it('answers 503, cancels what runs, and writes nothing', async () => {
    const url = await start({ timeout: 100 })
    const answer = await post(url, { id: 1, text: 'wait' })
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'REQUEST_TIMEOUT', retryable: true })
    expect(aborted).toBeDefined()
    gate.resolve()
    expect((await post(url, { id: 2, text: 'x' })).status).toBe(200)
    expect(await stored()).toBe(1)
  })

  it('of a route stands before that of its router', async () => {
    const url = await start({ timeout: 60_000 }, {}, { timeout: 50 })
    expect((await post(url, { id: 1, text: 'wait' })).status).toBe(503)
  })

  it('holds for the body too', async () => {
    const url = await start({ timeout: 200 })
    for (const type of ['application/json', 'multipart/form-data; boundary=b']) {
      await using request = new RawRequest(url)
      await request.send(
        `POST /api/files HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 500\r\n\r\n--b\r\n`,
      )
      const { status, body } = await request.answer()
      expect([status, JSON.parse(body).code]).toEqual([503, 'REQUEST_TIMEOUT'])
    }
  })

  it.each([0, -1, Number.NaN, 'soon'])('of %s is refused', (timeout) => {
    expect(() => new TableRouter({ timeout: timeout as number })).toThrowError(
      expect.objectContaining({ code: 'ROUTE_INVALID' }),
    )
  })
})

describe('a slow client', () => {
  const connections = { headersTimeout: 400, bodyTimeout: 400, minimumRate: 1000, answerTimeout: 400 }
  const head = 'POST /api/notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n'

  it('that sends no headers is cut off', async () => {
    const url = await start({}, { connections })
    await using request = new RawRequest(url)
    await request.send('POST /api/notes HTTP/1.1\r\nhost: x\r\n')
    const { status, body, headers } = await request.answer()
    checkProblem(JSON.parse(body), 408)
    expect([status, JSON.parse(body).code, headers.connection]).toEqual([408, 'REQUEST_TOO_SLOW', 'close'])
  })

  it('that stops sending its body is answered 408', async () => {
    const url = await start({}, { connections })
    await using request = new RawRequest(url)
    await request.send(`${head}{`)
    const { status, body, headers } = await request.answer()
    expect([status, JSON.parse(body).code, headers.connection]).toEqual([408, 'BODY_TOO_SLOW', 'close'])
  })

  it.each(['application/json', 'multipart/form-data; boundary=b'])(
    'that drips its %s is answered 408',
    async (type) => {
      const url = await start({}, { connections })
      await using request = new RawRequest(url)
      await request.send(head.replace('/notes', '/files').replace('application/json', type))
      const drip = setInterval(() => void request.send(' '), 50)
      const { status } = await request.answer().finally(() => clearInterval(drip))
      expect(status).toBe(408)
    },
  )

  it('that takes no answer is cut off', async () => {
    const router = new TableRouter({ prefix: '/api' })
    let cancelled = false
    router.get('/endless', () => {
      const chunk = new Uint8Array(65_536)
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(chunk),
        cancel() {
          cancelled = true
        },
      })
      return new Response(body)
    })
    server = await serve(router, { cellar: scene.cellar, port: 0, connections })
    await using request = new RawRequest(server.url)
    request.pause()
    await request.send('GET /api/endless HTTP/1.1\r\nhost: x\r\n\r\n')
    await expect.poll(() => cancelled, { timeout: 20_000 }).toBe(true)
  })

  it('is given the time that the server itself takes', async () => {
    const url = await start({}, { connections })
    const answer = post(url, { id: 1, text: 'wait' })
    await started.promise
    await new Promise((resolve) => setTimeout(resolve, 1200))
    gate.resolve()
    expect((await answer).status).toBe(200)
  })
})

describe('a client that goes away', () => {
  it('ends the functions that run for it, and nothing is written', async () => {
    const url = await start({})
    const leave = new AbortController()
    const answer = post(url, { id: 1, text: 'wait' }, {}, leave.signal).catch(() => 'gone')
    await started.promise
    leave.abort()
    expect(await answer).toBe('gone')
    await expect.poll(() => aborted).toBeDefined()
    gate.resolve()
    await server?.close()
    expect(await stored()).toBe(0)
  })

  it('leaves rows that are written wholly or not at all', async () => {
    const url = await start({})
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, id) => {
        const leave = new AbortController()
        setTimeout(() => leave.abort(), id / 3)
        return post(url, { id, text: 'x' }, {}, leave.signal).then(
          (answer) => answer.status,
          () => 0,
        )
      }),
    )
    await server?.close()
    const rows = await scene.cellar.from(notes).collect()
    for (const row of rows) expect(row).toEqual({ id: row.id, text: 'x', copy: 'x' })
    const acknowledged = answers.flatMap((status, id) => (status === 200 ? [id] : []))
    expect(rows.map((row) => row.id)).toEqual(expect.arrayContaining(acknowledged))
    expect(await scene.sql('select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('a rate limit', () => {
  const limit = { requests: 5, per: 3600 }

  it('answers 429 with the time to wait, and says what is left', async () => {
    const url = await start({ rateLimit: limit })
    const answers = []
    for (let id = 0; id < 7; id += 1) answers.push(await post(url, { id, text: 'x' }))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429])
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"default";q=5;w=3600')
    expect(answers[0]?.headers.get('ratelimit')).toMatch(/^"default";r=4;t=\d+$/)
    const refused = answers[6] as Response
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(600)
    expect(refused.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/)
    expect(await problemOf(refused)).toMatchObject({ code: 'RATE_LIMITED', retryable: true })
    expect((await fetch(`${url}/api/hello`)).status).toBe(429)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    expect(await stored()).toBe(5)
  })

  it('is one for all servers of a database', async () => {
    const shared = { requests: 40, per: 86_400 }
    const url = await start({ prefix: '/shared', rateLimit: shared })
    const second = await serve(routerOf({ prefix: '/shared', rateLimit: shared }), { cellar: scene.cellar, port: 0 })
    const ask = async (base: string, id: number) => {
      const body = JSON.stringify({ id, text: 'x' })
      const headers = { 'content-type': 'application/json' }
      return (await fetch(`${base}/shared/notes`, { method: 'POST', body, headers })).status
    }
    const statuses = await Promise.all(Array.from({ length: 100 }, (_, id) => ask(id % 2 === 0 ? url : second.url, id)))
    await second.close()
    expect(statuses.filter((status) => status === 200)).toHaveLength(40)
    expect(statuses.filter((status) => status === 429)).toHaveLength(60)
    // Tokens are taken in blocks.
    const [row] = await scene.sql<{ n: number }>(`select count(*)::int as n from cellar.rate_limits`)
    expect(row?.n).toBeGreaterThan(0)
  })

  it('fills up as time passes', async () => {
    const url = await start({ prefix: '/api', rateLimit: { requests: 2, per: 2 } })
    const ask = async () => (await fetch(`${url}/api/hello`)).status
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429])
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(await ask()).toBe(200)
  })

  it('counts by user, address or what a function says', async () => {
    const auth: NonNullable<Options>['auth'] = (c) => {
      const id = c.req.header('x-user')
      return id === undefined ? null : { id }
    }
    const one = { requests: 1, per: 3600 }
    const url = await start({ auth, rateLimit: one })
    const status = async (base: string, headers: Record<string, string>) =>
      (await fetch(`${base}/api/hello`, { headers })).status
    expect([await status(url, { 'x-user': 'ann' }), await status(url, { 'x-user': 'ann' })]).toEqual([200, 429])
    expect(await status(url, { 'x-user': 'bob' })).toBe(200)
    expect(await status(url, {})).toBe(401)
    await server?.close()
    const proxied = await start({ rateLimit: { ...one, key: 'ip' } }, { trustedProxies: 1 })
    const from = (addresses: string) => status(proxied, { 'x-forwarded-for': addresses })
    expect([await from('203.0.113.1'), await from('9.9.9.9, 203.0.113.1'), await from('203.0.113.2')]).toEqual([
      200, 429, 200,
    ])
    expect([await from('2001:db8::1'), await from('2001:db8:0:0:5::9')]).toEqual([200, 429])
    await server?.close()
    const own = await start({ rateLimit: { ...one, key: (c) => c.req.query('team') ?? '' } })
    const team = async (name: string) => (await fetch(`${own}/api/hello?team=${name}`)).status
    expect([await team('a'), await team('a'), await team('b')]).toEqual([200, 429, 200])
  })

  it.each([{ requests: 0 }, { requests: 1, per: 'week' }, { requests: 1, key: 'nobody' }, 5])(
    '%j is refused',
    (rateLimit) => {
      expect(() => new TableRouter({ rateLimit: rateLimit as never })).toThrowError(
        expect.objectContaining({ code: 'ROUTE_INVALID' }),
      )
    },
  )
})

describe('what Node cannot read as a request', () => {
  const post =
    'POST /api/notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'

  it.each([
    [
      'an endless address',
      `GET /api/notes?${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['an endless header', `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['something else', 'GET / HTTP/9\r\n\r\n', 400, 'REQUEST_UNREADABLE'],
    [
      'two lengths',
      'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'REQUEST_UNREADABLE',
    ],
    ['a chunk without a length', `${post}no\r\n`, 400, 'REQUEST_UNREADABLE'],
    ['a chunk with an endless note', `${post}1;${'x'.repeat(20_000)}\r\n`, 413, 'BODY_TOO_LARGE'],
  ])('is answered with a problem: %s', async (_, text, expected, code) => {
    const url = await start({})
    await using request = new RawRequest(url)
    await request.send(text)
    const { status, headers, body } = await request.answer()
    expect([status, headers['content-type'], headers.connection]).toEqual([
      expected,
      'application/problem+json',
      'close',
    ])
    checkProblem(JSON.parse(body), expected)
    expect(JSON.parse(body).code).toBe(code)
    expect((await fetch(`${url}/api/hello`)).status).toBe(200)
  })

  it('has no body where HEAD was asked', async () => {
    const url = new URL(await start({}))
    const path = `/api/hello?${'x'.repeat(20_000)}`
    const status = await new Promise((resolve, reject) => {
      const call = request({ host: url.hostname, port: url.port, method: 'HEAD', path }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode))
      })
      call.on('error', reject).end()
    })
    expect(status).toBe(431)
  })
})
