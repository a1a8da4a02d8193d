import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, type Project, type Running, start, testProject } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { type Problem, problemOf } from '../support/problems.ts'
import { RawRequest } from '../support/raw-http.ts'

const APP = `import { defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
export const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })
export const api = new TableRouter({
  prefix: '/api',
  auth: (c) => (c.req.header('authorization') === 'Bearer hidden-token' ? { id: 'ann' } : null),
})
  .addInsertRoute(notes, { path: '/notes' })
  .addDeleteRoute(notes, { path: '/notes/:id', method: 'delete' })
api.get('/broken/:id', () => { throw new TypeError('the inside of it') })
`

let database: TestDatabase
let project: Project

beforeAll(async () => {
  database = await testDatabase()
  project = testProject({ ...database.env, CELLAR_LOG_LEVEL: 'info' })
  project.write('app.ts', APP)
  await start('cellar schema apply app.ts', project).ended
})
afterAll(async () => {
  project[Symbol.dispose]()
  await database[Symbol.asyncDispose]()
})

const serving = async (options = ''): Promise<Running & { url: string }> => {
  const server = start(`cellar serve app.ts --port 0 ${options}`, project)
  const [, url = ''] = await server.until(/^(http:\/\/127\.0\.0\.1:\d+)\/$/m)
  return Object.assign(server, { url })
}
const linesOf = (server: Running) =>
  server.stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const lineOf = async (server: Running, id: string) => {
  await eventually(() => linesOf(server).some((line) => line.id === id && line.status !== undefined))
  return linesOf(server).find((line) => line.id === id && line.status !== undefined)
}
const headers = (id: string) => ({
  'content-type': 'application/json',
  authorization: 'Bearer hidden-token',
  'x-request-id': id,
})

describe('the log of requests', () => {
  it('has one line each with route, status, time, bytes, id and user, and nothing that was sent', async () => {
    await using server = await serving()
    const body = JSON.stringify({ id: 1, text: 'hidden-text' })
    const answer = await fetch(`${server.url}/api/notes?onInvalid=skip`, {
      method: 'POST',
      body,
      headers: headers('one'),
    })
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([200, 'one'])
    expect(await lineOf(server, 'one')).toEqual({
      level: 30,
      time: expect.any(Number),
      name: 'cellar',
      id: 'one',
      method: 'POST',
      route: '/api/notes',
      status: 200,
      ms: expect.any(Number),
      bytes: expect.any(Number),
      user: 'ann',
    })
    await fetch(`${server.url}/api/notes/71234`, { method: 'DELETE', headers: headers('two') })
    expect(await lineOf(server, 'two')).toMatchObject({ route: '/api/notes/:id', status: 200 })
    await fetch(`${server.url}/api/nowhere?token=hidden-query`, { headers: headers('three') })
    expect(await lineOf(server, 'three')).toMatchObject({ route: '/api/nowhere', status: 404 })
    const refused = await fetch(`${server.url}/api/notes`, {
      method: 'POST',
      body: '{}',
      headers: { 'x-request-id': 'four' },
    })
    expect(refused.status).toBe(401)
    expect(await lineOf(server, 'four')).not.toHaveProperty('user')
    expect(server.stderr).not.toMatch(/hidden|71234|onInvalid/)
  })

  it('names the request of a failure, as its problem does', async () => {
    await using server = await serving()
    const problem: Problem = await problemOf(
      await fetch(`${server.url}/api/broken/5?x=hidden`, { headers: headers('bad') }),
    )
    expect(problem).toMatchObject({ status: 500, code: 'INTERNAL', instance: 'urn:cellar:request:bad' })
    await lineOf(server, 'bad')
    const failure = linesOf(server).find((line) => line.id === 'bad' && line.err !== undefined)
    expect(failure).toMatchObject({ level: 50, route: '/api/broken/:id', code: 'INTERNAL' })
    expect(server.stderr).not.toMatch(/hidden/)
  })

  it('says when the client went away', async () => {
    await using server = await serving()
    await using request = new RawRequest(server.url)
    await request.send(
      'POST /api/notes HTTP/1.1\r\nhost: x\r\nx-request-id: gone\r\nauthorization: Bearer hidden-token\r\n',
    )
    await request.send('content-type: application/json\r\ncontent-length: 100\r\n\r\n{')
    await new Promise((resolve) => setTimeout(resolve, 200))
    request.abort()
    expect(await lineOf(server, 'gone')).toMatchObject({ aborted: true, route: '/api/notes' })
  })

  it('is written out when the server ends, and has only failures at a lower level', async () => {
    await using server = await serving('--log-level warn')
    await fetch(`${server.url}/health/live`)
    await fetch(`${server.url}/api/broken/5`, { headers: headers('bad') })
    await eventually(() => server.stderr.includes('TypeError'))
    server.child.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
    expect(linesOf(server).map(({ level }) => level)).toEqual([50])
    await using other = await serving()
    await fetch(`${other.url}/health/live`)
    other.child.kill('SIGTERM')
    await other.ended
    expect(linesOf(other)).toMatchObject([{ route: '/health/live', status: 200 }])
  })
})

describe('the id of a request', () => {
  it('is on every answer: the one given, else that of the trace, else a new one', async () => {
    await using server = await serving()
    const idOf = async (given: Record<string, string>, path = '/health/live') =>
      (await fetch(`${server.url}${path}`, { headers: given })).headers.get('x-request-id')
    expect(await idOf({ 'x-request-id': 'mine' })).toBe('mine')
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    expect(await idOf({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })).toBe(trace)
    const made = await Promise.all([idOf({}), idOf({ 'x-request-id': 'no spaces please' }), idOf({}, '/nowhere')])
    expect(new Set(made).size).toBe(3)
    for (const id of made) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('and the standing headers are on every answer, also on what is no request', async () => {
    await using server = await serving()
    const secure = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY' }
    for (const path of ['/health/live', '/docs', '/nowhere', '/openapi.json']) {
      const answer = await fetch(`${server.url}${path}`)
      expect(Object.fromEntries(answer.headers)).toMatchObject(secure)
      expect(answer.headers.has('strict-transport-security')).toBe(false)
    }
    await using request = new RawRequest(server.url)
    await request.send('GET /a\\b HTTP/1.1\r\nhost: evil host\r\n\r\n')
    const { status, headers: sent, body } = await request.answer()
    expect({ status, sent }).toMatchObject({
      status: 400,
      sent: { ...secure, 'content-type': 'application/problem+json' },
    })
    expect(JSON.parse(body)).toMatchObject({ code: 'REQUEST_UNREADABLE' })
    const problem = await fetch(`${server.url}/nowhere`)
    expect(problem.headers.get('content-security-policy')).toContain("default-src 'none'")
    await server[Symbol.asyncDispose]()
    await using https = await serving('--base-url https://notes.example')
    expect((await fetch(`${https.url}/health/live`)).headers.get('strict-transport-security')).toMatch(
      /^max-age=31536000/,
    )
  })
})
