import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { serverReachable, type TestDatabase, testDatabase } from '../../../test/support/databases.ts'
import type { Database } from '../database.ts'
import { openDatabase } from '../open-database.ts'

// Other work on the machine makes processes and disks slow.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })
const PATIENT = { timeout: 20_000 }

const reachable = await serverReachable()

/** A server that can go away: a proxy before the real one. */
class Gateway implements AsyncDisposable {
  #server: net.Server | undefined
  readonly #sockets = new Set<net.Socket>()
  readonly #target: URL
  port = 0

  constructor(databaseUrl: string) {
    this.#target = new URL(databaseUrl)
  }

  get url(): string {
    const url = new URL(this.#target)
    url.host = `127.0.0.1:${this.port}`
    return url.href
  }

  async up(): Promise<void> {
    this.#server = net.createServer((client) => {
      const upstream = net.connect(Number(this.#target.port || 5432), this.#target.hostname)
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => {
          client.destroy()
          upstream.destroy()
        })
      }
      client.pipe(upstream).pipe(client)
    })
    await new Promise<void>((resolve) => this.#server?.listen(this.port, '127.0.0.1', resolve))
    const address = this.#server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
  }

  async down(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down()
  }
}

interface Setting {
  readonly database: Database
  readonly proxy: Gateway
  readonly place: TestDatabase
  readonly notices: string[]
}

const withProxy = async (body: (setting: Setting) => Promise<void>) => {
  await using place = await testDatabase('server')
  await using proxy = new Gateway(place.databaseUrl ?? '')
  await proxy.up()
  const notices: string[] = []
  const onNotice = (notice: string) => notices.push(notice)
  await using database = await openDatabase({ home: place.home, databaseUrl: proxy.url, poolSize: 4, onNotice })
  await body({ database, proxy, place, notices })
}

const unavailable = { code: 'DATABASE_UNAVAILABLE', status: 503, retryable: true, retryAfter: 1 }

test.runIf(reachable)('a server that goes away gives 503 at once and is used again when it is back', () =>
  withProxy(async ({ database, proxy, notices }) => {
    const heard: string[] = []
    await database.listen('news', (payload) => heard.push(payload))
    const running = database.execute({ text: 'select pg_sleep(5)' }).catch((error: unknown) => error)
    const transaction = database
      .transaction(async (tx) => {
        await tx.execute({ text: 'select 1' })
        await delay(300)
        await tx.execute({ text: 'select 2' })
      })
      .catch((error: unknown) => error)
    await delay(100)
    await proxy.down()
    expect(await running).toMatchObject(unavailable)
    expect(await transaction).toMatchObject(unavailable)
    const started = performance.now()
    const refused = await Promise.allSettled(Array.from({ length: 50 }, () => database.execute({ text: 'select 1' })))
    expect(performance.now() - started).toBeLessThan(1000)
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set(['rejected']))
    expect(refused.map((one) => (one.status === 'rejected' ? one.reason : undefined))).toEqual(
      refused.map(() => expect.objectContaining(unavailable)),
    )
    expect(await database.ready()).toBe(false)
    await proxy.up()
    await expect.poll(() => database.ready(), PATIENT).toBe(true)
    await Promise.all(Array.from({ length: 20 }, () => database.execute({ text: 'select 1' })))
    await expect.poll(() => heard, PATIENT).toEqual([''])
    await database.execute({ text: "notify news, 'again'" })
    await expect.poll(() => heard, PATIENT).toEqual(['', 'again'])
    expect(notices).toContain('The database can be reached again.')
  }),
)

test.runIf(reachable)('a server that ends a connection loses that statement only', () =>
  withProxy(async ({ database }) => {
    const suicide = database.execute({ text: 'select pg_terminate_backend(pg_backend_pid())' })
    await expect(suicide).rejects.toMatchObject(unavailable)
    expect((await database.execute({ text: 'select 1 as one' })).rows).toEqual([{ one: 1 }])
  }),
)

test('a server that is not there is reported at open', async () => {
  const opened = openDatabase({ home: '/nowhere', databaseUrl: 'postgres://nobody@127.0.0.1:9/none' })
  await expect(opened).rejects.toMatchObject(unavailable)
})

test.runIf(reachable)('a database that does not exist is not worth another try', async () => {
  await using place = await testDatabase('server')
  const opened = openDatabase({ home: place.home, databaseUrl: `${place.databaseUrl}_missing` })
  await expect(opened).rejects.toMatchObject({ code: 'DATABASE_ERROR', sqlState: '3D000', retryable: false })
})

test('a server that never answers is given up', async () => {
  const silent = net.createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const opened = openDatabase({ home: '/nowhere', databaseUrl: `postgres://nobody:secret@127.0.0.1:${port}/none` })
  const error = await opened.catch((e: unknown) => e)
  expect(error).toMatchObject(unavailable)
  expect(String(error)).not.toContain('secret')
  silent.close()
})

test.runIf(reachable)('what a server lacks is named at open', async () => {
  await using place = await testDatabase('server')
  const url = new URL(place.databaseUrl ?? '')
  url.searchParams.set('options', '-c default_transaction_read_only=on')
  const opened = openDatabase({ home: place.home, databaseUrl: url.href })
  await expect(opened).rejects.toMatchObject({ code: 'DATABASE_UNSUPPORTED', details: { feature: 'writing' } })
})

test.runIf(reachable)('transactions for user code hold at most half of the pool', () =>
  withProxy(async ({ database }) => {
    let inside = 0
    let most = 0
    const gate = Promise.withResolvers<void>()
    const hold = () =>
      database.transaction(
        async (tx) => {
          await tx.execute({ text: 'select 1' })
          most = Math.max(most, ++inside)
          await gate.promise
          inside--
        },
        { dedicated: true },
      )
    const holding = Promise.all(Array.from({ length: 6 }, hold))
    await expect.poll(() => inside, PATIENT).toBe(2)
    await database.execute({ text: 'select 1' })
    expect(inside).toBe(2)
    gate.resolve()
    await holding
    expect(most).toBe(2)
  }),
)

test.runIf(reachable)('a statement that outlasts its transaction is cancelled on the server', () =>
  withProxy(async ({ database, place }) => {
    const started = performance.now()
    const slow = database.transaction((tx) => tx.execute({ text: 'select pg_sleep(30)' }), { timeout: 150 })
    await expect(slow).rejects.toMatchObject({ code: 'TRANSACTION_TIMEOUT' })
    expect(performance.now() - started).toBeLessThan(2000)
    const name = new URL(place.databaseUrl ?? '').pathname.slice(1)
    const sleeping = `select count(*) n from pg_stat_activity where datname = $1 and query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()`
    await expect
      .poll(async () => (await database.execute({ text: sleeping, values: [name] })).rows, PATIENT)
      .toEqual([{ n: 0 }])
  }),
)
