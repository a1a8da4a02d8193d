import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { defineQuery, defineTable, t } from 'cellar'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkProblem } from '../support/problems.ts'
import { type RawAnswer, RawRequest } from '../support/raw-http.ts'
import { useCellar } from '../support/use-cellar.ts'

const BYTES = 3_000_000
const files = defineTable('files', { id: t.int().primaryKey(), file: t.document() })
const one = defineQuery('one', { id: t.int() }, ({ id }, { from }) => from(files).where((c) => c.id.eq(id)))
const scene = useCellar([files])
const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(files, { path: '/files', uploadInputs: ['file'] })
  .addQueryRoute(one, { path: '/files/:id', method: 'get', oneRow: true })

let server: RunningServer
beforeAll(async () => {
  server = await serve(api, { cellar: scene.cellar, port: 0, serverTiming: true })
})
afterAll(() => server.close())

async function upload(
  id: number,
  name = 'big.txt',
  text = 'x'.repeat(BYTES),
): Promise<{ status: number; file: string }> {
  const form = new FormData()
  form.append('id', String(id))
  form.append('file', new Blob([text]), name)
  const answer = await fetch(`${server.url}/api/files`, { method: 'POST', body: form })
  const { file } = (await answer.json()) as { file: string }
  return { status: answer.status, file }
}
async function raw(text: string): Promise<RawAnswer> {
  await using request = new RawRequest(server.url)
  await request.send(text)
  return await request.answer()
}
const get = (target: string, headers = 'host: x\r\n') => raw(`GET ${target} HTTP/1.1\r\n${headers}\r\n`)
const isProblem = ({ status, body }: RawAnswer) => checkProblem(JSON.parse(body), status)

describe('an address', () => {
  it.each([
    '/api/media/..%2f..%2fetc%2fpasswd',
    '/api/media/%2e%2e/%2e%2e/etc/passwd',
    '/api/media/....//....//etc/passwd',
    '/api/media//etc/passwd',
    '/api/../../../etc/passwd',
    '/api/media/%00',
    '/api/media/a%00.txt',
    '/api/files/%00',
    '/api/files/%ff%fe',
    '/api/files/%zz',
    '/api/files/1%2f2',
    '/api/media/%c0%ae%c0%ae/x',
    '/api\\..\\etc',
    '//evil.example/api/files/1',
    '*',
    'http://evil.example/api/media/../x',
    `/api/files/${'9'.repeat(10_000)}`,
  ])('as %s is refused, and says nothing of the inside', async (target) => {
    const answer = await get(target)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    isProblem(answer)
  })

  it('that is too long, or has too long headers, is refused', async () => {
    expect((await get(`/api/files/${'1'.repeat(20_000)}`)).status).toBe(431)
    expect((await get('/health/live', `host: x\r\nx-filler: ${'y'.repeat(20_000)}\r\n`)).status).toBe(431)
    const many = Array.from({ length: 3000 }, (_, n) => `x${n}: y\r\n`).join('')
    expect((await get('/health/live', `host: x\r\n${many}`)).status).toBeLessThan(500)
  })

  it('never comes from the Host', async () => {
    await upload(1, 'x.txt', 'text')
    for (const host of ['evil.example', 'evil.example:80', '169.254.169.254']) {
      const { body } = await get('/api/files/1', `host: ${host}\r\nx-forwarded-host: ${host}\r\n`)
      expect(body).toContain(`${server.url}/api/media/`)
      expect(body).not.toContain(host)
    }
    for (const host of ['a b', '[::1', 'x/y', 'x@y'])
      expect((await get('/api/files/1', `host: ${host}\r\n`)).status).toBe(400)
  })
})

describe('a request that could be two', () => {
  it.each([
    'POST /api/files HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nG',
    'POST /api/files HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef',
    'POST /api/files HTTP/1.1\r\nhost: x\r\ntransfer-encoding: x, chunked, y\r\n\r\n0\r\n\r\n',
    'GET /health/live HTTP/1.1\r\nhost: x\r\nbad header: y\r\n\r\n',
    'GET /health/live HTTP/1.1\r\nhost: x\r\n folded: y\r\n\r\n',
    'GET /health/live HTTP/1.1\r\n\r\n',
  ])('is refused: %j', async (text) => {
    expect((await raw(text)).status).toBe(400)
  })
})

describe('a range', () => {
  it.each([
    ['bytes=0-0,1-1,2-2', 200],
    [`bytes=${Array.from({ length: 1000 }, (_, n) => `${n}-${n + 5}`).join(',')}`, 200],
    ['bytes=0-,0-,0-', 200],
    ['bytes=5-2', 200],
    ['bytes=-', 200],
    ['lines=1-2', 200],
    ['bytes=0-99999999999999999999999', 200],
    [`bytes=${BYTES}-`, 416],
    ['bytes=-0', 416],
    ['bytes=0-9', 206],
  ])('%.40s is %d', async (range, status) => {
    const { file } = await upload(1)
    const answer = await fetch(file, { headers: { range } })
    expect(answer.status).toBe(status)
    const { length } = await answer.text()
    if (status !== 416) expect(length).toBe(status === 206 ? 10 : BYTES)
  })
})

describe('a name of a file', () => {
  it.each([
    `x.${'y'.repeat(300)}`,
    `${'x'.repeat(5000)}.txt`,
    '../../etc/passwd',
    'a\u0000b.txt',
    '.',
    'con.txt',
    '<script>.txt',
  ])('as %.40j gives nothing to the name that is stored', async (name) => {
    const { status, file } = await upload(1, name, 'text')
    expect([status, new URL(file).pathname]).toEqual([200, expect.stringMatching(/^\/api\/media\/[0-9a-f]{64}\.txt$/)])
  })
})

describe('downloads', () => {
  it.runIf(existsSync('/proc/self/fd'))('that are broken off leave no descriptor open', async () => {
    const { file } = await upload(1)
    const { pathname } = new URL(file)
    const openFiles = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).includes('/media/')
        } catch {
          return false
        }
      }).length
    for (let round = 0; round < 20; round += 1) {
      const requests = Array.from({ length: 50 }, () => new RawRequest(server.url))
      await Promise.all(requests.map((request) => request.send(`GET ${pathname} HTTP/1.1\r\nhost: x\r\n\r\n`)))
      await new Promise((resolve) => setTimeout(resolve, round % 5))
      for (const request of requests) request.abort()
    }
    await expect.poll(openFiles, { timeout: 20_000 }).toBe(0)
    expect((await (await fetch(file)).text()).length).toBe(BYTES)
  })
})

describe('Server-Timing', () => {
  it('tells where the time of an answer went', async () => {
    await upload(1, 'x.txt', 'text')
    const spans = (answer: Response) =>
      answer.headers
        .get('server-timing')
        ?.split(', ')
        .map((span) => /^(\w+);dur=\d+\.\d$/.exec(span)?.[1])
    const read = await fetch(`${server.url}/api/files/1`)
    expect(spans(read)).toEqual(['input', 'db', 'total'])
    expect(spans(await fetch(`${server.url}/api/files/2`))).toEqual(['input', 'db', 'total'])
    expect(spans(await fetch(`${server.url}/api/nowhere`))).toBe(undefined)
  })
})
