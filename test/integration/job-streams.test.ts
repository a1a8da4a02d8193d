import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

let gate = Promise.withResolvers<void>()
let reached = Promise.withResolvers<void>()
const work = defineFunction({
  name: 'jobStreamsTestWork',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => {
    if (text === 'boom') throw new TypeError('secret')
    if (text === 'slow') {
      reached.resolve()
      await gate.promise
    }
    return text.toUpperCase()
  },
})
const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() }).computed('loud', (c) =>
  work({ text: c.text }),
)
const api = new TableRouter({ prefix: '/api' }).addInsertRoute(notes, { path: '/notes', background: true })
const users = new TableRouter({ prefix: '/users', auth: (c) => c.req.header('authorization') ?? null }).addInsertRoute(
  notes,
  { path: '/notes', background: true },
)

interface JobBody {
  readonly id: string
  readonly state: string
  readonly progress: number
  readonly result: Record<string, unknown> | null
  readonly error: { readonly code: string } | null
}

let database: TestDatabase
let cellar: Cellar
let server: RunningServer

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([notes])
  server = await serve([api, users], { cellar, port: 0 })
})
afterAll(async () => {
  gate.resolve()
  await server.close()
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await cellar.delete(notes)
  gate = Promise.withResolvers()
  reached = Promise.withResolvers()
})

async function send(path: string, input: unknown, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    body: JSON.stringify(input),
    headers: { 'content-type': 'application/json', ...headers },
  })
  expect(response.status).toBe(202)
  return ((await response.json()) as { id: string }).id
}

const listen = (path: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(server.url + path, {
    headers: { accept: 'text/event-stream', ...headers },
    ...(signal ? { signal } : {}),
  })

/** Events as they arrive; what is no event is given as it is. */
async function* eventsOf(response: Response): AsyncGenerator<JobBody | string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end)
      text = text.slice(end + 2)
      expect(event).not.toContain('\n')
      yield event.startsWith('data: ') ? (JSON.parse(event.slice(6)) as JobBody) : event
    }
  }
  expect(text).toBe('')
}

const jobsOf = async (response: Response) =>
  (await Array.fromAsync(eventsOf(response))).filter((event) => typeof event !== 'string')

const getJson = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(server.url + path, { headers })
  return { response, body: (await response.json()) as { jobs: JobBody[]; next: string | null; code: string } & JobBody }
}

describe('the events of a job', () => {
  it('are the job as GET gives it, and end with its end', async () => {
    const id = await send('/api/notes', { id: 1, text: 'slow' })
    await reached.promise
    const response = await listen(`/api/jobs/${id}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const events = eventsOf(response)
    expect((await events.next()).value).toEqual((await getJson(`/api/jobs/${id}`)).body)
    gate.resolve()
    const rest = (await Array.fromAsync(events)).filter((event) => typeof event !== 'string')
    expect(rest.at(-1)).toEqual((await getJson(`/api/jobs/${id}`)).body)
    expect(rest.at(-1)).toMatchObject({ state: 'done', progress: 1, result: { id: 1, loud: 'SLOW' } })
  })

  it('tell how far a list is', async () => {
    // More than the store evaluates at once, and the last of them takes its time.
    const rows = Array.from({ length: 6_000 }, (_, id) => ({ id, text: id === 5_999 ? 'slow' : 'x' }))
    const id = await send('/api/notes', rows)
    const seen: number[] = []
    for await (const event of eventsOf(await listen(`/api/jobs/${id}`))) {
      if (typeof event === 'string') continue
      seen.push(event.progress)
      if (event.progress > 0 && event.progress < 1) gate.resolve()
    }
    expect(seen.some((progress) => progress > 0 && progress < 1)).toBe(true)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(1)
  })

  it('of one that ended are its end alone, and a failure says why', async () => {
    const id = await send('/api/notes', { id: 1, text: 'boom' })
    await getJson(`/api/jobs/${id}?wait=30`)
    const events = await jobsOf(await listen(`/api/jobs/${id}`))
    expect(events).toMatchObject([{ state: 'error', error: { code: 'CELL_FAILED' } }])
    expect(JSON.stringify(events)).not.toContain('secret')
  })

  it('end when the job is cancelled', async () => {
    const id = await send('/api/notes', { id: 1, text: 'slow' })
    await reached.promise
    const events = jobsOf(await listen(`/api/jobs/${id}`))
    await fetch(`${server.url}/api/jobs/${id}/cancel`, { method: 'POST' })
    expect((await events).at(-1)).toMatchObject({ state: 'cancelled' })
  })

  it('go on with comments while nothing happens, and are forgotten when the client goes away', async () => {
    const id = await send('/api/notes', { id: 1, text: 'slow' })
    await reached.promise
    const away = new AbortController()
    const events = eventsOf(await listen(`/api/jobs/${id}`, {}, away.signal))
    expect((await events.next()).value).toMatchObject({ state: 'running' })
    expect((await events.next()).value).toBe(':')
    away.abort()
    await expect(events.next()).rejects.toThrow()
    gate.resolve()
    expect((await getJson(`/api/jobs/${id}?wait=30`)).body).toMatchObject({ state: 'done' })
  })

  it('of many listeners take no connection from requests', async () => {
    const id = await send('/api/notes', { id: 1, text: 'slow' })
    await reached.promise
    const listeners = await Promise.all(Array.from({ length: 60 }, () => listen(`/api/jobs/${id}`)))
    const ends = listeners.map(jobsOf)
    expect((await getJson('/api/jobs?limit=1')).response.status).toBe(200)
    gate.resolve()
    for (const events of await Promise.all(ends)) expect(events.at(-1)).toMatchObject({ state: 'done' })
  })

  it('are for who may see the job, and for who asks for them', async () => {
    const ann = { authorization: 'ann' }
    const id = await send('/users/notes', { id: 1, text: 'a' }, ann)
    expect((await jobsOf(await listen(`/users/jobs/${id}`, ann))).at(-1)).toMatchObject({ state: 'done' })
    expect((await listen(`/users/jobs/${id}`, { authorization: 'bob' })).status).toBe(404)
    expect((await listen(`/users/jobs/${id}`)).status).toBe(401)
    const { response } = await getJson(`/users/jobs/${id}`, {
      ...ann,
      accept: 'application/json, text/event-stream;q=0.5',
    })
    expect(response.headers.get('content-type')).toBe('application/json')
  })

  it('end with the server', async () => {
    const other = await serve(api, { cellar, port: 0 })
    const id = await send('/api/notes', { id: 1, text: 'slow' })
    await reached.promise
    const response = await fetch(`${other.url}/api/jobs/${id}`, { headers: { accept: 'text/event-stream' } })
    const events = jobsOf(response)
    const begun = performance.now()
    gate.resolve()
    await Promise.all([other.close({ graceMs: 20_000 }), events])
    expect(performance.now() - begun).toBeLessThan(15_000)
    await server.close()
    server = await serve([api, users], { cellar, port: 0 })
  })
})

describe('the list of jobs', () => {
  it('comes in pages, newest first, each with a link to the next', async () => {
    const user = { authorization: `pages-${crypto.randomUUID()}` }
    const ids: string[] = []
    for (let id = 1; id <= 5; id += 1) ids.unshift(await send('/users/notes', { id, text: 'a' }, user))
    const first = await getJson('/users/jobs?limit=2', user)
    const link = /^<(.+)>; rel="next"$/.exec(first.response.headers.get('link') ?? '')?.[1] ?? ''
    const second = (await (await fetch(link, { headers: user })).json()) as typeof first.body
    const third = await getJson(`/users/jobs?limit=2&after=${second.next}`, user)
    expect([first.body, second, third.body].map(({ jobs }) => jobs.map((job) => job.id))).toEqual([
      ids.slice(0, 2),
      ids.slice(2, 4),
      ids.slice(4),
    ])
    expect(third.body.next).toBeNull()
    expect(third.response.headers.get('link')).toBeNull()
  })

  it('can be of one state', async () => {
    const user = { authorization: `state-${crypto.randomUUID()}` }
    const failed = await send('/users/notes', { id: 1, text: 'boom' }, user)
    const done = await send('/users/notes', { id: 2, text: 'a' }, user)
    for (const id of [failed, done]) await getJson(`/users/jobs/${id}?wait=30`, user)
    const idsOf = async (state: string) =>
      (await getJson(`/users/jobs?state=${state}`, user)).body.jobs.map((job) => job.id)
    expect([await idsOf('done'), await idsOf('error'), await idsOf('queued')]).toEqual([[done], [failed], []])
  })

  it.each([
    '/api/jobs?state=finished',
    '/api/jobs?state=done&state=error',
    '/api/jobs?limit=0',
    '/api/jobs?limit=101',
    '/api/jobs?limit=1.5',
    '/api/jobs?sort=id',
    '/api/jobs?__proto__=1',
    `/api/jobs/${crypto.randomUUID()}?waits=3`,
    `/api/jobs/${crypto.randomUUID()}?wait=`,
  ])('refuses %s', async (path) => {
    const { response, body } = await getJson(path)
    expect([response.status, body.code]).toEqual([422, 'INVALID_VALUE'])
  })

  it.each(['nonsense', '', Buffer.from('1.2').toString('base64url')])('refuses the cursor %j', async (after) => {
    const { response, body } = await getJson(`/api/jobs?after=${after}`)
    expect([response.status, body.code]).toEqual([422, 'INVALID_CURSOR'])
  })
})
