import { setTimeout as delay } from 'node:timers/promises'
import { defineQuery, defineTable, open, t } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'
import { describe, expect, it } from 'vitest'
import { testDatabase, testMode } from '../support/databases.ts'
import { problemOf } from '../support/problems.ts'
import { type ProxyTarget, tcpProxy } from '../support/tcp-proxy.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() }).computed('size', (c) =>
  c.text.length(),
)
const all = defineQuery('all', {}, (_, { from }) => from(notes).orderBy((c) => c.id.asc()))
const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(notes, { path: '/notes' })
  .addInsertRoute(notes, { path: '/later', background: true })
  .addQueryRoute(all, { path: '/all' })

/** The address behind the proxy, and the URL that leads through it. */
function target(databaseUrl: string): ProxyTarget {
  const { hostname, port, searchParams } = new URL(databaseUrl)
  const folder = searchParams.get('host')
  return folder?.startsWith('/')
    ? { path: `${folder}/.s.PGSQL.${port || 5432}` }
    : { host: folder ?? hostname, port: Number(port || 5432) }
}
function through(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl)
  url.searchParams.delete('host')
  url.host = `127.0.0.1:${port}`
  return url.href
}

describe.skipIf(testMode === 'embedded')('a database server that goes away (there is none in embedded mode)', () => {
  it('for 10 s is answered with 503 and a time to come back, and works again without a restart', {
    timeout: 120_000,
  }, async () => {
    await using database = await testDatabase()
    const databaseUrl = database.databaseUrl as string
    await using proxy = await tcpProxy(target(databaseUrl))
    await using cellar = await open({ home: database.home, databaseUrl: through(databaseUrl, proxy.port) })
    await cellar.apply([notes])
    const server = await serve(api, { cellar, port: 0 })
    const post = (path: string, body: unknown) =>
      fetch(`${server.url}/api${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    const health = async (name: string) => (await fetch(`${server.url}/health/${name}`)).status

    /** Ids that were answered with 200; what was cut off in the middle may have been written or not. */
    const acknowledged: number[] = []
    const statuses = new Set<number>()
    let [id, over] = [0, false]
    const writer = async () => {
      while (!over) {
        const mine = id++
        const answer = await post('/notes', { id: mine, text: 'x' })
        statuses.add(answer.status)
        if (answer.status === 200) acknowledged.push(mine)
        else {
          expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
          expect(await problemOf(answer)).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true })
          await delay(100)
        }
      }
    }
    const writers = Array.from({ length: 6 }, writer)
    await delay(300)
    expect([await health('ready'), await health('live')]).toEqual([200, 200])
    await proxy.cut()
    await expect.poll(() => health('ready'), { timeout: 5_000 }).toBe(503)
    expect(await health('live')).toBe(200)
    const began = performance.now()
    const query = await post('/all', {})
    expect(query.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(await problemOf(query)).toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE' })
    expect(await problemOf(await post('/later', { id: -1, text: 'x' }))).toMatchObject({ status: 503 })
    await delay(10_000 - (performance.now() - began))
    const during = acknowledged.length
    await proxy.mend()
    await expect.poll(() => health('ready'), { timeout: 10_000 }).toBe(200)
    await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(during + 10)
    over = true
    await Promise.all(writers)
    expect([...statuses].sort()).toEqual([200, 503])
    const { rows } = (await (await post('/all', {})).json()) as { rows: { id: number; size: number }[] }
    const stored = new Set(rows.map((row) => row.id))
    expect(acknowledged.filter((mine) => !stored.has(mine))).toEqual([])
    expect(rows.every(({ size }) => size === 1)).toBe(true)

    // Jobs, and what listens for them, came back as well.
    const { job_url: url } = (await (await post('/later', { id: 1_000_000, text: 'x' })).json()) as { job_url: string }
    const job = (await (await fetch(`${new URL(url, server.url)}?wait=20`)).json()) as { status: string }
    expect(job.status).toBe('done')
    await server.close()
  })

  it('when a server starts is waited for, or said', async () => {
    await using database = await testDatabase()
    const databaseUrl = database.databaseUrl as string
    await using proxy = await tcpProxy(target(databaseUrl))
    await proxy.cut()
    const options = { home: database.home, databaseUrl: through(databaseUrl, proxy.port) }
    const began = performance.now()
    await expect(open(options)).rejects.toThrowError(
      expect.objectContaining({ code: 'DATABASE_UNAVAILABLE', retryable: true }),
    )
    expect(performance.now() - began).toBeLessThan(30_000)
    await proxy.mend()
    await using cellar = await open(options)
    expect(await cellar.listTables()).toEqual([])
  })
})
