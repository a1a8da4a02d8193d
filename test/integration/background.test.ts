import { CellarError, defineTable, open, t } from 'cellar'
import { createClient } from 'cellar/client'
import { type BackgroundWork, background, type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { useCellar } from '../support/use-cellar.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })

let gate = Promise.withResolvers<void>()
let reached = Promise.withResolvers<BackgroundWork>()
const REPORT = { input: z.object({ words: z.array(z.string()) }), output: z.object({ letters: z.number() }) }

const api = new TableRouter({ prefix: '/api' })
const reports = api.post('/reports', api.describe({ ...REPORT, background: true, summary: 'Count' }), async (c) => {
  const { words } = c.var.input
  const made = await background(c, async ({ progress }) => {
    await c.var.cellar.insert(
      notes,
      words.map((text, id) => ({ id, text })),
    )
    progress(0.5)
    return { letters: words.join('').length }
  })
  expectTypeOf(made['~result']).toEqualTypeOf<{ letters: number }>()
  return c.json(made, 202)
})
const works = {
  slow: async (work: BackgroundWork) => {
    reached.resolve(work)
    await Promise.race([
      gate.promise,
      new Promise((_, reject) => work.signal.addEventListener('abort', () => reject(work.signal.reason))),
    ])
    return { slept: true }
  },
  deaf: async (work: BackgroundWork) => {
    reached.resolve(work)
    await gate.promise
  },
  bug: () => {
    throw new TypeError('secret')
  },
  refusal: () => {
    throw new CellarError('SEVERAL_ROWS', { subject: 'It' })
  },
  nothing: () => undefined,
  unsayable: () => ({ big: 1n }),
  odd: () => ({ text: 'a\0b\ud800' }),
} as const
api.post('/run/:work', async (c) =>
  c.json(await background(c, works[c.req.param('work') as keyof typeof works] as () => unknown), 202),
)
const users = new TableRouter({ prefix: '/users', auth: (c) => c.req.header('authorization') ?? null })
users.post('/run', async (c) => c.json(await background(c, works.slow), 202))

interface JobBody {
  readonly id: string
  readonly state: string
  readonly route: string
  readonly result: unknown
  readonly error: { readonly code: string; readonly detail: string } | null
}

const scene = useCellar([notes])
let server: RunningServer
beforeAll(async () => {
  server = await serve([api, users], { cellar: scene.cellar, port: 0 })
})
afterAll(async () => {
  gate.resolve()
  await server.close()
})
beforeEach(() => {
  gate = Promise.withResolvers()
  reached = Promise.withResolvers()
})

async function start(path: string, headers: Record<string, string> = {}, on = server): Promise<string> {
  const response = await fetch(on.url + path, { method: 'POST', headers })
  expect(response.status).toBe(202)
  const { id, job_url } = (await response.json()) as { readonly id: string; readonly job_url: string }
  expect(job_url).toMatch(new RegExp(`^http://.*/(api|users)/jobs/${id}$`))
  return job_url
}
async function read(url: string, headers: Record<string, string> = {}): Promise<JobBody & { status: number }> {
  const response = await fetch(url, { headers })
  return { ...((await response.json()) as JobBody), status: response.status }
}
const ended = (url: string) => read(`${url}?wait=30`)

describe('background work of a handler', () => {
  it('is a job whose result the typed client waits for', async () => {
    const client = createClient<typeof reports>({ baseUrl: `${server.url}/api` })
    const job = await client.call('/reports', { words: ['ab', 'cde'] })
    const result = await job.wait()
    expectTypeOf(result).toEqualTypeOf<{ letters: number }>()
    expect(result).toEqual({ letters: 5 })
    expect(await scene.cellar.from(notes).count()).toBe(2)
    const { jobs } = (await (await fetch(`${server.url}/api/jobs`)).json()) as { jobs: JobBody[] }
    expect(jobs[0]).toMatchObject({ id: job.id, state: 'done', route: 'POST /reports', progress: 1, attempts: 1 })
  })

  it('goes on when the request has been answered, and is running until then', async () => {
    const url = await start('/api/run/slow')
    await reached.promise
    expect(await read(url)).toMatchObject({ state: 'running', result: null })
    gate.resolve()
    expect(await ended(url)).toMatchObject({ state: 'done', result: { slept: true } })
  })

  it('is cancelled by whoever asks for it', async () => {
    const url = await start('/api/run/slow')
    const { signal } = await reached.promise
    expect((await fetch(`${url}/cancel`, { method: 'POST' })).status).toBe(200)
    await expect.poll(() => signal.aborted).toBe(true)
    expect(await ended(url)).toMatchObject({ state: 'cancelled', error: { code: 'ABORTED' } })
    const again = await fetch(`${url}/retry`, { method: 'POST' })
    expect([again.status, await again.json()]).toMatchObject([409, { code: 'JOB_STATE' }])
  })

  it.each([
    ['bug', { state: 'error', error: { code: 'INTERNAL' } }],
    ['refusal', { state: 'error', error: { code: 'SEVERAL_ROWS' } }],
    ['unsayable', { state: 'error', error: { code: 'INTERNAL' } }],
    ['nothing', { state: 'done', result: null }],
    ['odd', { state: 'done', result: { text: 'a\ufffdb\ufffd' } }],
  ])('ends as its work does: %s', async (work, end) => {
    const job = await ended(await start(`/api/run/${work}`))
    expect(job).toMatchObject(end)
    expect(JSON.stringify(job)).not.toContain('secret')
  })

  it('belongs to the user that asked for it', async () => {
    const url = await start('/users/run', { authorization: 'ann' })
    expect(await read(url, { authorization: 'ann' })).toMatchObject({ status: 200 })
    expect(await read(url, { authorization: 'bob' })).toMatchObject({ status: 404 })
    gate.resolve()
  })

  it('is waited for at a shutdown, and lost where that takes too long', async () => {
    const other = new TableRouter({ prefix: '/api' })
    other.post('/slow', async (c) => c.json(await background(c, works.slow), 202))
    other.post('/deaf', async (c) => c.json(await background(c, works.deaf), 202))
    const run = async (path: string, graceMs: number, meanwhile: () => void) => {
      reached = Promise.withResolvers()
      const second = await open({ ...scene.database.options })
      const running = await serve(other, { cellar: second, port: 0 })
      const url = new URL(await start(path, {}, running))
      const { signal } = await reached.promise
      const closing = running.close({ graceMs })
      meanwhile()
      await closing
      await second.close()
      return [await read(server.url + url.pathname), signal.aborted] as const
    }
    expect(await run('/api/slow', 10_000, () => gate.resolve())).toMatchObject([{ state: 'done' }, false])
    gate = Promise.withResolvers()
    expect(await run('/api/deaf', 100, () => {})).toMatchObject([
      { state: 'error', error: { code: 'JOB_LOST', detail: expect.stringContaining('Start it again') } },
      true,
    ])
  })

  it('stands in the OpenAPI document as what answers later', async () => {
    const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, object> }
    expect(paths['/api/reports']).toMatchObject({
      post: { responses: { 202: { content: { 'application/json': { schema: { $ref: expect.any(String) } } } } } },
    })
    expect(Object.keys((paths['/api/reports'] as { post: { responses: object } }).post.responses)).not.toContain('200')
    expect(paths).toHaveProperty(['/api/jobs/{id}'])
  })

  it('needs a router around the handler', async () => {
    const { Hono } = await import('hono')
    const bare = new Hono().post('/', async (c) => c.json(await background(c, () => 1)))
    bare.onError((error, c) => c.json({ code: (error as CellarError).code }))
    expect(await (await bare.request('/', { method: 'POST' })).json()).toEqual({ code: 'NOT_FOUND' })
  })
})
