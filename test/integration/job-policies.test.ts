import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import { type AnyRouter, type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { rawSql } from '../support/raw-sql.ts'

let gate = Promise.withResolvers<void>()
const work = defineFunction({
  name: 'jobPoliciesTestWork',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => {
    if (text === 'slow') await gate.promise
    if (text === 'boom') throw new TypeError('secret')
    return text.toUpperCase()
  },
})
const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() }).computed('loud', (c) =>
  work({ text: c.text }),
)

interface Told {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}
/** Statuses that the receiver answers with, the last of them again and again. */
let answers = [200]
let told: Told[] = []
const waiting: (() => void)[] = []
let receiver: Server
let database: TestDatabase
let cellar: Cellar
let server: RunningServer
let routers: readonly AnyRouter[]

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const auth = (c: { req: { header(name: string): string | undefined } }) => c.req.header('authorization') ?? null

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString()
    told.push({ path: request.url ?? '', headers: request.headers, body })
    response.writeHead((answers.length > 1 ? answers.shift() : answers[0]) ?? 200, { location: '/elsewhere' }).end()
    for (const wake of waiting.splice(0)) wake()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook/path-secret?key=query-secret`
  const route = { path: '/notes', background: true } as const
  const webhook = { url, secret: SECRET, allowPrivate: true }
  routers = [
    new TableRouter({ prefix: '/told', jobs: { webhook } }).addInsertRoute(notes, route),
    new TableRouter({ prefix: '/inside', jobs: { webhook: { ...webhook, allowPrivate: false } } }).addInsertRoute(
      notes,
      route,
    ),
    new TableRouter({ prefix: '/brief', jobs: { keep: '1h' } }).addInsertRoute(notes, route),
    new TableRouter({ prefix: '/long', jobs: { keep: '1y' } }).addInsertRoute(notes, route),
    new TableRouter({ prefix: '/plain' }).addInsertRoute(notes, route),
    new TableRouter({ prefix: '/full', auth, jobs: { maxQueued: 4, maxQueuedPerUser: 2 } }).addInsertRoute(
      notes,
      route,
    ),
  ]
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([notes])
  server = await serve(routers, { cellar, port: 0 })
})
afterAll(async () => {
  gate.resolve()
  await server.close()
  await cellar.close()
  await database[Symbol.asyncDispose]()
  await new Promise((resolve) => receiver.close(resolve))
})
beforeEach(async () => {
  await cellar.delete(notes)
  answers = [200]
  told = []
})

const post = (path: string, input: unknown, headers: Record<string, string> = {}) =>
  fetch(server.url + path, {
    method: 'POST',
    body: JSON.stringify(input),
    headers: { 'content-type': 'application/json', ...headers },
  })
async function enqueue(path: string, input: unknown): Promise<string> {
  const response = await post(path, input)
  expect(response.status).toBe(202)
  return ((await response.json()) as { id: string }).id
}
const getJob = async (path: string) => (await (await fetch(server.url + path)).json()) as Record<string, unknown>

async function toldTimes(count: number): Promise<readonly Told[]> {
  while (told.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
  return told
}
const deliveries = async () => (await cellar.inspect.jobs()).filter((job) => job.kind === 'webhook')
async function deliveryIn(state: string, of: (job: { readonly prefix: string | null }) => boolean) {
  for (;;) {
    const found = (await deliveries()).find((job) => job.state === state && of(job))
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('a webhook', () => {
  it('is told the end of a job, signed', async () => {
    const id = await enqueue('/told/notes', { id: 1, text: 'a' })
    const [{ path, headers, body }] = (await toldTimes(1)) as [Told]
    expect(path).toBe('/hook/path-secret?key=query-secret')
    expect(headers['content-type']).toBe('application/json')
    expect(JSON.parse(body)).toEqual(await getJob(`/told/jobs/${id}`))
    expect(JSON.parse(body)).toMatchObject({ id, state: 'done', result: { loud: 'A' } })
    const time = Number(headers['webhook-timestamp'])
    expect(Math.abs(Date.now() / 1000 - time)).toBeLessThan(60)
    const key = Buffer.from(SECRET.slice(6), 'base64')
    const signed = createHmac('sha256', key).update(`${headers['webhook-id']}.${time}.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signed}`)
  })

  it('is told of failures and of cancelled jobs', async () => {
    await enqueue('/told/notes', { id: 1, text: 'boom' })
    expect(JSON.parse((await toldTimes(1))[0]?.body ?? '')).toMatchObject({
      state: 'error',
      error: { code: 'CELL_FAILED' },
    })
    gate = Promise.withResolvers()
    const id = await enqueue('/told/notes', { id: 2, text: 'slow' })
    expect((await post(`/told/jobs/${id}/cancel`, {})).status).toBe(200)
    gate.resolve()
    expect(JSON.parse((await toldTimes(2))[1]?.body ?? '')).toMatchObject({ id, state: 'cancelled' })
  })

  it('is told again with the same id until it answers, and follows no redirect', async () => {
    answers = [302, 500, 200]
    await enqueue('/told/notes', { id: 1, text: 'a' })
    const [first, second] = (await toldTimes(2)) as [Told, Told]
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect([second.path, second.body]).toEqual([first.path, first.body])
    const waits = await deliveryIn('queued', ({ prefix }) => prefix === '/told')
    expect(waits).toMatchObject({ attempts: 2, error: { code: 'WEBHOOK_FAILED' } })
    expect(waits.error?.message).toContain('the answer was 500')
    expect(JSON.stringify(waits)).not.toMatch(/path-secret|query-secret|whsec_/)
    await toldTimes(3)
  })

  it('is left alone when it says that it is gone', async () => {
    answers = [410]
    await enqueue('/told/notes', { id: 1, text: 'a' })
    const over = await deliveryIn('error', ({ prefix }) => prefix === '/told')
    expect(over).toMatchObject({ attempts: 1, error: { code: 'WEBHOOK_FAILED' } })
  })

  it('of a private network is told nothing unless the router allows it', async () => {
    await enqueue('/inside/notes', { id: 1, text: 'a' })
    const refused = await deliveryIn('error', ({ prefix }) => prefix === '/inside')
    expect(refused).toMatchObject({ attempts: 1, error: { code: 'WEBHOOK_FAILED', retryable: false } })
    expect(JSON.stringify(refused)).not.toMatch(/path-secret|query-secret|whsec_/)
    expect(told).toEqual([])
  })
})

describe('finished jobs', () => {
  it('are kept as long as their router says', async () => {
    const jobs: Record<string, string> = {}
    let rounds = 0
    for (const [id, prefix] of ['/brief', '/plain', '/long'].entries()) {
      jobs[prefix] = await enqueue(`${prefix}/notes`, { id, text: 'a' })
      await getJob(`${prefix}/jobs/${jobs[prefix]}?wait=30`)
    }
    const left = async () => {
      // Jobs are deleted when work on them starts, which storing one waits for.
      await server.close()
      server = await serve(routers, { cellar, port: 0 })
      await enqueue('/plain/notes', { id: 100 + rounds++, text: 'a' })
      const found = await cellar.inspect.jobs({ limit: 1_000 })
      return Object.keys(jobs).filter((prefix) => found.some((job) => job.id === jobs[prefix]))
    }
    const age = (days: number) =>
      rawSql(database, `update cellar.jobs set finished_at = now() - interval '${days} days'`)
    expect(await left()).toEqual(['/brief', '/plain', '/long'])
    await age(1)
    expect(await left()).toEqual(['/plain', '/long'])
    await age(8)
    expect(await left()).toEqual(['/long'])
  })
})

describe('waiting jobs', () => {
  it('are bounded for a router and for a user', async () => {
    gate = Promise.withResolvers()
    const ask = async (user: string, id: number, key?: string) => {
      const response = await post(
        '/full/notes',
        { id, text: 'slow' },
        {
          authorization: user,
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
      )
      const { code } = (await response.json()) as { code?: string }
      return { status: response.status, code, retryAfter: response.headers.get('retry-after') }
    }
    // As many as run at a time; then the queue fills up.
    for (let id = 0; id < 8; id += 1) await untilTaken(() => ask(`runner-${id}`, id))
    expect((await ask('ann', 10, 'ten')).status).toBe(202)
    expect((await ask('ann', 11)).status).toBe(202)
    expect(await ask('ann', 12)).toEqual({ status: 429, code: 'JOBS_OF_USER_FULL', retryAfter: '5' })
    const burst = await Promise.all([13, 14, 15, 16, 17, 18].map((id) => ask(`user-${id}`, id)))
    const refused = burst.filter(({ status }) => status !== 202)
    // Together they do not go beyond the limit, and are not all refused for each other.
    expect(refused.length).toBeGreaterThanOrEqual(4)
    expect(refused.length).toBeLessThan(6)
    for (const answer of refused) expect(answer).toEqual({ status: 503, code: 'JOBS_FULL', retryAfter: '5' })
    // One that is about to be stored counts twice for a moment, so that a place may be left.
    for (let id = 30; (await ask(`user-${id}`, id)).status === 202; ) id += 1
    expect(await ask('ann', 10, 'ten')).toMatchObject({ status: 202 })
    expect(await ask('ann', 19, 'nineteen')).toMatchObject({ status: 503 })
    gate.resolve()
    await untilTaken(() => ask('bob', 20))
  })

  async function untilTaken(ask: () => Promise<{ readonly status: number }>): Promise<void> {
    while ((await ask()).status !== 202) await new Promise((resolve) => setTimeout(resolve, 50))
    for (;;) {
      const queued = (await cellar.inspect.jobs({ state: 'queued' })).filter((job) => job.prefix === '/full')
      if (queued.length === 0) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
})

describe('the options of jobs', () => {
  const webhook = { url: 'https://example.org/x', secret: 'x'.repeat(16) }
  it.each([
    { keep: '7 days' },
    { maxQueued: 0 },
    { maxQueuedPerUser: 1 },
    { webhook: { ...webhook, secret: 'short-one' } },
    { webhook: { ...webhook, url: 'ftp://example.org' } },
    { webhook: { ...webhook, url: 'https://me:hidden-one@example.org' } },
    JSON.parse('{ "kept": "7d" }'),
  ])('refuse %j, and repeat no secret', (jobs) => {
    let refusal: unknown
    try {
      new TableRouter({ jobs })
    } catch (error) {
      refusal = error
    }
    expect(refusal).toMatchObject({ code: 'ROUTE_INVALID' })
    expect(String(refusal)).not.toMatch(/short-one|hidden-one/)
  })
})
