import { type Cellar, defineFunction, defineQuery, defineTable, open, t } from 'cellar'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let gate = Promise.withResolvers<void>()
let started = Promise.withResolvers<void>()
const work = defineFunction({
  name: 'routeJobsTestWork',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => {
    if (text === 'boom') throw new TypeError('secret')
    if (text === 'slow') {
      started.resolve()
      await gate.promise
    }
    return text.toUpperCase()
  },
})
const things = defineTable('things', {
  id: t.int().primaryKey(),
  text: t.string(),
  big: t.bigint().nullable(),
  picture: t.image().nullable(),
}).computed('loud', (c) => work({ text: c.text }))
const list = defineQuery('list', {}, (_, { from }) =>
  from(things)
    .orderBy((c) => c.id.asc())
    .select((c) => ({ id: c.id })),
)

const router = (prefix: string) =>
  new TableRouter({ prefix })
    .addInsertRoute(things, { path: '/things', background: true, uploadInputs: ['picture'] })
    .addDeleteRoute(things, { path: '/things/delete', background: true })
    .addQueryRoute(list, { path: '/list', background: true })
    .addQueryRoute(list, { path: '/now' })
const first = router('/first')
const second = router('/second')
const users = new TableRouter({
  prefix: '/users',
  auth: (c) => {
    const id = c.req.header('authorization')
    return id ? { id } : null
  },
}).addInsertRoute(things, { path: '/things', background: true, uploadInputs: ['picture'], outputs: ['id', 'picture'] })

interface JobBody {
  readonly id: string
  readonly job_url: string
  readonly status: string
  readonly state: string
  readonly result: Record<string, unknown> | null
  readonly error: { code: string; status: number; detail: string } | null
}

let database: TestDatabase
let cellar: Cellar
let server: RunningServer

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([things])
  server = await serve([first, second, users], { cellar, port: 0 })
})
afterAll(async () => {
  gate.resolve()
  await server.close()
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await cellar.delete(things)
  gate = Promise.withResolvers()
  started = Promise.withResolvers()
})

async function send(path: string, input?: unknown, headers: Record<string, string> = {}) {
  const body = input instanceof FormData ? input : JSON.stringify(input ?? {})
  const type: Record<string, string> = input instanceof FormData ? {} : { 'content-type': 'application/json' }
  const response = await fetch(server.url + path, { method: 'POST', body, headers: { ...type, ...headers } })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as JobBody & { code: string },
  }
}
async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(new URL(url, server.url), { headers })
  return { status: response.status, body: (await response.json()) as JobBody & { jobs: JobBody[] } }
}

describe('a background route', () => {
  it('answers 202 with where the job is, and the job ends with the answer of the foreground', async () => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ id: '1', text: 'abc', big: '9007199254740993' }))
      form.append(name, value)
    form.append('picture', new Blob([PNG]))
    const { status, headers, body } = await send('/first/things', form)
    expect(status).toBe(202)
    expect(body.job_url).toBe(`${server.url}/first/jobs/${body.id}`)
    expect(headers.get('location')).toBe(body.job_url)
    const job = (await get(`${body.job_url}?wait=30`)).body
    expect(job).toMatchObject({ id: body.id, job_url: body.job_url, status: 'done', state: 'done', error: null })
    expect(job.result).toMatchObject({ id: 1, text: 'abc', big: '9007199254740993', loud: 'ABC' })
    expect(Object.keys(job.result ?? {})).toEqual(['id', 'text', 'big', 'picture', 'loud'])
    const picture = await fetch(job.result?.picture as string)
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(PNG)
  })

  it('stores what a data URL holds before it answers', async () => {
    const picture = `data:image/png;base64,${PNG.toString('base64')}`
    const { body } = await send('/first/things', { id: 1, text: 'abc', picture })
    expect((await get(`${body.job_url}?wait=30`)).body).toMatchObject({ status: 'done' })
  })

  it('refuses bad input at once', async () => {
    expect(await send('/first/things', { id: 1 })).toMatchObject({ status: 422 })
  })

  it('ends with a problem when it fails, and says nothing it should not', async () => {
    const { body } = await send('/first/things', { id: 1, text: 'boom' })
    const job = (await get(`${body.job_url}?wait=30`)).body
    expect(job).toMatchObject({
      status: 'error',
      state: 'error',
      result: null,
      error: { status: 422, code: 'CELL_FAILED' },
    })
    expect(JSON.stringify(job)).not.toContain('secret')
  })

  it('serves queries and deletes', async () => {
    await cellar.insert(things, [{ id: 1, text: 'a' }])
    const query = (await send('/first/list')).body
    expect((await get(`${query.job_url}?wait=30`)).body.result).toEqual({ rows: [{ id: 1 }], next: null })
    const remove = (await send('/first/things/delete', { id: 1 })).body
    expect((await get(`${remove.job_url}?wait=30`)).body.result).toEqual({ num_rows: 1 })
  })

  it('is found under its own router only', async () => {
    const { body } = await send('/second/list')
    expect(body.job_url).toContain('/second/jobs/')
    expect((await get(`/second/jobs/${body.id}`)).status).toBe(200)
    expect((await get(`/first/jobs/${body.id}`)).status).toBe(404)
    expect((await get('/first/jobs/nope')).status).toBe(404)
    expect((await get(`/first/jobs/${crypto.randomUUID()}`)).status).toBe(404)
    expect((await get(`/second/jobs/${body.id}?wait=soon`)).status).toBe(422)
  })
})

describe('jobs', () => {
  it('can be listed, cancelled and tried again', async () => {
    const { body } = await send('/first/things', { id: 1, text: 'slow' })
    await started.promise
    expect((await get(body.job_url)).body).toMatchObject({ status: 'pending', state: 'running' })
    expect((await get('/first/jobs')).body.jobs[0]).toMatchObject({ id: body.id, state: 'running' })
    const cancelled = await send(`/first/jobs/${body.id}/cancel`)
    expect(cancelled.body).toMatchObject({ status: 'error', state: 'cancelled' })
    expect((await send(`/first/jobs/${body.id}/cancel`)).body).toMatchObject({ status: 409, code: 'JOB_STATE' })
    gate.resolve()
    expect((await send(`/first/jobs/${body.id}/retry`)).body).toMatchObject({ status: 'pending' })
    expect((await get(`${body.job_url}?wait=30`)).body).toMatchObject({ status: 'done', result: { loud: 'SLOW' } })
  })

  it('are for this machine only, without users', async () => {
    const response = await fetch(`${server.url}/first/jobs`, { headers: { 'x-forwarded-for': '10.0.0.1' } })
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, 'FORBIDDEN'])
  })

  it('belong to the user who asked', async () => {
    const ann = { authorization: 'ann' }
    const bob = { authorization: 'bob' }
    const form = new FormData()
    form.append('id', '1')
    form.append('text', 'abc')
    form.append('picture', new Blob([PNG]))
    const { body } = await send('/users/things', form, ann)
    const job = (await get(`${body.job_url}?wait=30`, ann)).body
    expect((await fetch(job.result?.picture as string)).status).toBe(200)
    expect((await get(body.job_url, bob)).status).toBe(404)
    expect(await get(body.job_url)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } })
    expect((await get('/users/jobs', ann)).body.jobs).toHaveLength(1)
    expect((await get('/users/jobs', bob)).body.jobs).toHaveLength(0)
    expect((await send(`/users/jobs/${body.id}/cancel`, {}, bob)).status).toBe(404)
  })
})
