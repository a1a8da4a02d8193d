import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Cellar, defineQuery, defineTable, open, t } from 'cellar'
import { CellarClientError, createClient } from 'cellar/client'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const things = defineTable('things', {
  id: t.int().primaryKey(),
  name: t.string(),
  tags: t.array(t.string()).nullable(),
  meta: t.json<{ a: number }>().nullable(),
  picture: t.image().nullable(),
})
const some = defineQuery('some', { name: t.string(), tags: t.array(t.string()).nullable() }, ({ name }, { from }) =>
  from(things)
    .where((c) => c.name.contains(name))
    .select((c) => ({ id: c.id, tags: c.tags })),
)
const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(things, { path: '/things', uploadInputs: ['picture'] })
  .addInsertRoute(things, { path: '/later', uploadInputs: ['picture'], outputs: ['id', 'name'], background: true })
  .addUpdateRoute(things, { path: '/things/:id', method: 'patch', inputs: ['name'], outputs: ['id', 'name'] })
  .addDeleteRoute(things, { path: '/things/:id', method: 'delete' })
  .addComputeRoute(things, {
    path: '/file',
    uploadInputs: ['picture'],
    inputs: [],
    outputs: ['picture'],
    returnFile: true,
  })
  .addQueryRoute(some, { path: '/some', method: 'get' })

let database: TestDatabase
let cellar: Cellar
let server: RunningServer
let client: ReturnType<typeof createClient<typeof api>>

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([things])
  server = await serve(api, { cellar, port: 0 })
  client = createClient<typeof api>({ baseUrl: `${server.url}/api/` })
})
afterAll(async () => {
  await server.close()
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await cellar.delete(things)
})

describe('the client', () => {
  it.each([
    ['a Blob', () => new Blob([PNG])],
    ['a File', () => new File([PNG], 'x.png')],
    ['bytes', () => new Uint8Array(PNG)],
    ['a stream', () => new Blob([PNG]).stream()],
  ])('sends %s with what stands beside it', async (_, picture) => {
    const made = await client.call('/things', { id: 1, name: 'a & b', tags: ['x'], meta: { a: 1 }, picture: picture() })
    expect(made).toMatchObject({ id: 1, name: 'a & b', tags: ['x'], meta: { a: 1 } })
    expect(Buffer.from(await (await fetch(made.picture ?? '')).arrayBuffer())).toEqual(PNG)
  })

  it('sends JSON without files, and puts what belongs there into path and query string', async () => {
    await client.call('/things', { id: 1, name: 'one', tags: ['x', 'y'], picture: null })
    expect(await client.call('/things/:id', { id: 1, name: 'uno/?' }, { method: 'patch' })).toEqual({
      id: 1,
      name: 'uno/?',
    })
    expect(await client.call('/some', { name: 'uno/?', tags: ['a', 'b'] }, { method: 'get' })).toEqual({
      rows: [{ id: 1, tags: ['x', 'y'] }],
      next: null,
    })
    expect(await client.call('/things/:id', { id: 1 }, { method: 'delete' })).toEqual({ num_rows: 1 })
  })

  it('gives a file as a Blob', async () => {
    const file = await client.call('/file', { picture: new Blob([PNG]) })
    expect(Buffer.from(await file.arrayBuffer())).toEqual(PNG)
  })

  it('waits for a job and tells its progress', async () => {
    const job = await client.call('/later', { id: 1, name: 'one' })
    const seen: number[] = []
    for await (const done of job.progress) seen.push(done)
    expect(seen.at(-1)).toBe(1)
    expect(await job.wait()).toEqual({ id: 1, name: 'one' })
    const twin = await client.call('/later', { id: 1, name: 'twin' })
    await expect(twin.wait()).rejects.toThrowError(expect.objectContaining({ code: 'DUPLICATE_KEY', status: 409 }))
  })

  it('throws what the server says', async () => {
    const error = await client
      .call('/things/:id', { id: 1, name: 7 as never }, { method: 'patch' })
      .catch((thrown) => thrown)
    expect(error).toBeInstanceOf(CellarClientError)
    expect(error).toMatchObject({ code: 'INVALID_VALUE', status: 422, retryable: false, issues: [{ path: ['name'] }] })
    await expect(client.call('/things/:id', { id: 9, name: 'x' }, { method: 'patch' })).rejects.toThrowError(
      expect.objectContaining({ code: 'ROW_NOT_FOUND', status: 404 }),
    )
  })

  it('throws when nobody answers, and when it is told to stop', async () => {
    const lost = createClient<typeof api>({ baseUrl: 'http://127.0.0.1:1/api' })
    await expect(lost.call('/things', { id: 1, name: 'x' })).rejects.toThrowError(
      expect.objectContaining({ code: 'NETWORK_ERROR', retryable: true }),
    )
    await expect(client.call('/things', { id: 1, name: 'x' }, { signal: AbortSignal.abort() })).rejects.toThrowError(
      expect.objectContaining({ name: 'AbortError' }),
    )
  })

  it('sends headers, also ones that are made for each call, through the fetch it was given', async () => {
    const sent: (string | null)[] = []
    let n = 0
    const watched = createClient<typeof api>({
      baseUrl: `${server.url}/api`,
      headers: async () => {
        n += 1
        return { authorization: `call ${n}` }
      },
      fetch: (input, init) => {
        sent.push(new Headers(init?.headers).get('authorization'))
        return fetch(input, init)
      },
    })
    await watched.call('/things', { id: 1, name: 'x' })
    await watched.call('/things/:id', { id: 1 }, { method: 'delete' })
    expect(sent).toEqual(['call 1', 'call 2'])
  })
})

it('sends many rows, with files and without, and tells which were left out', async () => {
  const plain = await client.callMany(
    '/things',
    [
      { id: 1, name: 'a' },
      { id: 1, name: 'twin' },
      { id: 2, name: 'b' },
    ],
    {
      onInvalid: 'skip',
    },
  )
  expect(plain).toMatchObject({ count: 2, errors: [{ index: 1, code: 'DUPLICATE_KEY' }] })
  expect(plain.rows.map(({ id }) => id)).toEqual([1, 2])
  const picture = new Blob([PNG])
  const files = await client.callMany('/things', [
    { id: 3, name: 'c', picture },
    { id: 4, name: 'd', tags: ['x'] },
  ])
  expect(files.rows).toMatchObject([
    { id: 3, picture: expect.stringMatching(/\.png$/) },
    { id: 4, tags: ['x'], picture: null },
  ])
  await expect(
    client.callMany('/things', [
      { id: 5, name: 'e' },
      { id: 1, name: 'a' },
    ]),
  ).rejects.toMatchObject({ status: 409 })
  const job = await client.callMany('/later', [
    { id: 6, name: 'f' },
    { id: 7, name: 'g' },
  ])
  expect(await job.wait()).toMatchObject({ count: 2, rows: [{ id: 6 }, { id: 7 }] })
})

it('refuses to write over what somebody else changed', async () => {
  await client.call('/things', { id: 1, name: 'a' })
  const stale = client.call('/things/:id', { id: 1, name: 'b' }, { method: 'patch', ifMatch: '"other"' })
  await expect(stale).rejects.toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
  const etags: (string | null)[] = []
  const onResponse = ({ headers }: Pick<Response, 'headers'>) => etags.push(headers.get('etag'))
  await client.call('/things', { id: 2, name: 'a' }, { onResponse })
  const [ifMatch] = etags
  await client.call('/things/:id', { id: 2, name: 'b' }, { method: 'patch', ifMatch: String(ifMatch), onResponse })
  expect(etags).toEqual([expect.stringMatching(/^"/), expect.not.stringMatching(String(ifMatch))])
})

describe('calls that are sent again', () => {
  /** Gives the answers first, then asks the server. */
  const through = (answers: readonly (() => Response | Promise<never>)[]) => {
    const sent: { readonly key: string | null; readonly body: unknown }[] = []
    const flaky = createClient<typeof api>({
      baseUrl: `${server.url}/api`,
      fetch: (input, init) => {
        sent.push({ key: new Headers(init?.headers).get('idempotency-key'), body: init?.body })
        const answer = answers[sent.length - 1]
        return answer ? Promise.resolve().then(answer) : fetch(input, init)
      },
    })
    return { flaky, sent }
  }
  const busy = (seconds: string) => () =>
    new Response(JSON.stringify({ code: 'ROUTER_UNBOUND', retryable: true }), {
      status: 503,
      headers: { 'retry-after': seconds, 'content-type': 'application/problem+json' },
    })

  it('come with the same key until they are answered', async () => {
    const { flaky, sent } = through([() => Promise.reject(new TypeError('reset')), busy('0')])
    expect(await flaky.call('/things', { id: 1, name: 'x' })).toMatchObject({ id: 1 })
    expect(sent).toHaveLength(3)
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1)
    expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/)
  })

  it('are given up after some times, at once when the server says long, and when the body is gone', async () => {
    const failing = through([busy('0'), busy('0'), busy('0')])
    await expect(failing.flaky.call('/things', { id: 1, name: 'x' })).rejects.toMatchObject({ status: 503 })
    expect(failing.sent).toHaveLength(3)
    const long = through([busy('3600')])
    await expect(long.flaky.call('/things', { id: 1, name: 'x' })).rejects.toMatchObject({ retryAfter: 3600 })
    const stream = through([busy('0')])
    const picture = new Blob([PNG]).stream()
    await expect(stream.flaky.call('/things', { id: 1, name: 'x', picture })).rejects.toMatchObject({ status: 503 })
    expect([long.sent.length, stream.sent.length]).toEqual([1, 1])
  })

  it('are not those that were refused', async () => {
    const { flaky, sent } = through([])
    await expect(flaky.call('/things', { id: 1, name: 7 as never })).rejects.toMatchObject({ status: 422 })
    expect(sent).toHaveLength(1)
  })
})

it('sends a file by its URL, and a stream while it is being made', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cellar-client-'))
  try {
    await writeFile(join(folder, 'x.png'), PNG)
    const picture = pathToFileURL(join(folder, 'x.png'))
    const made = await client.call('/things', { id: 1, name: 'by path', picture })
    expect(made.picture).toMatch(/\.png$/)
    const slow = new ReadableStream<Uint8Array>({
      async start(controller) {
        for (const byte of PNG) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const same = await client.call('/things', { id: 2, name: 'by "stream"', picture: slow })
    expect([same.name, same.picture]).toEqual(['by "stream"', made.picture])
  } finally {
    await rm(folder, { recursive: true })
  }
})
