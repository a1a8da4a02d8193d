import { connect, createServer, type Server, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { defineQuery, defineTable, open, t } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'
import { testDatabase, testMode } from '../support/databases.ts'

const notes = defineTable('notes', { id: t.int().primaryKey() })
const all = defineQuery('all', {}, (_, { from }) => from(notes).orderBy((c) => c.id.asc()))

/** Stands between the library and the database, and can be taken away. */
class Bridge {
  readonly #host: string
  readonly #port: number
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  port = 0

  constructor(url: URL) {
    this.#host = url.searchParams.get('host') ?? url.hostname
    this.#port = Number(url.port || 5432)
  }

  async up(): Promise<void> {
    this.#server = createServer((near) => {
      const far = this.#host.startsWith('/')
        ? connect(`${this.#host}/.s.PGSQL.${this.#port}`)
        : connect(this.#port, this.#host)
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => this.#sockets.delete(socket))
      }
      near.pipe(far).pipe(near)
      near.on('close', () => far.destroy())
      far.on('close', () => near.destroy())
    })
    await new Promise<void>((resolve) => this.#server?.listen(this.port, '127.0.0.1', resolve))
    this.port = (this.#server.address() as { port: number }).port
  }

  async down(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

describe.runIf(testMode === 'server')('a database that goes away', () => {
  it('is answered with 503 and Retry-After, and comes back without a restart', async () => {
    await using database = await testDatabase()
    const url = new URL(database.databaseUrl ?? '')
    const bridge = new Bridge(url)
    await bridge.up()
    url.searchParams.delete('host')
    url.host = `127.0.0.1:${bridge.port}`
    await using cellar = await open({ home: database.home, databaseUrl: url.href })
    await cellar.apply([notes])
    const router = new TableRouter({ prefix: '/api' })
      .addInsertRoute(notes, { path: '/notes' })
      .addQueryRoute(all, { path: '/all' })
      .addInsertRoute(notes, { path: '/later', background: true })
    const server = await serve(router, { cellar, port: 0 })
    const post = async (path: string, input: object) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(input) })
      const body = (await response.json()) as { code?: string; rows?: unknown[]; job_url?: string }
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body }
    }
    expect((await post('/api/notes', { id: 1 })).status).toBe(200)

    await bridge.down()
    for (const [path, input] of [
      ['/api/notes', { id: 2 }],
      ['/api/all', {}],
      ['/api/later', { id: 3 }],
    ] as const) {
      const answer = await post(path, input)
      expect([path, answer.status, answer.body.code]).toEqual([path, 503, 'DATABASE_UNAVAILABLE'])
      expect(Number(answer.retryAfter)).toBeGreaterThan(0)
      expect(JSON.stringify(answer.body)).not.toContain(String(bridge.port))
    }
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503)

    await bridge.up()
    await expect.poll(async () => (await fetch(`${server.url}/health/ready`)).status, { timeout: 20_000 }).toBe(200)
    await expect.poll(async () => (await post('/api/all', {})).status, { timeout: 20_000 }).toBe(200)
    const { job_url } = (await post('/api/later', { id: 4 })).body
    const job = await fetch(`${job_url}?wait=30`)
    expect(await job.json()).toMatchObject({ status: 'done' })
    expect((await post('/api/all', {})).body.rows).toEqual([{ id: 1 }, { id: 4 }])
    await server.close()
  })
})

describe.runIf(testMode === 'embedded')('an embedded database', () => {
  it('is ready while it is open', async () => {
    await using database = await testDatabase()
    await using cellar = await open(database.options)
    const server = await serve(new TableRouter({ prefix: '/api' }), { cellar, port: 0 })
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
    await server.close()
  })
})
