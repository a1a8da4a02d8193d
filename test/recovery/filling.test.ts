import { setTimeout as delay } from 'node:timers/promises'
import { open } from 'cellar'
import { describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase, testMode } from '../support/databases.ts'
import { startProgram } from '../support/programs.ts'
import { connectSql } from '../support/sql.ts'
import { after, before, deferred } from './app/filling.ts'

const FILLING = new URL('app/filling.ts', import.meta.url)
const WORKER = new URL('app/worker.ts', import.meta.url)
const rows = (count: number, first = 0) => Array.from({ length: count }, (_, n) => ({ id: first + n, n: first + n }))

async function pending(database: TestDatabase, table: string): Promise<number> {
  await using sql = await connectSql(database)
  const [found] = await sql.rows<{ count: number }>(
    `select count(*)::int as count from cellar.cell_errors e join cellar.tables t on t.id = e.table_id where t.path = $1`,
    [table],
  )
  return found?.count ?? 0
}

/** The server was killed; an answer that says no is a mistake. */
function notAnswered(error: unknown): false {
  if (error instanceof TypeError) return false
  throw error
}

describe('the second phase of apply', () => {
  it('is resumed by another process where the first one was killed', { timeout: 120_000 }, async () => {
    await using database = await testDatabase()
    {
      await using cellar = await open(database.options)
      await cellar.apply([before])
      await cellar.insert(before, rows(400))
    }
    await using first = startProgram(FILLING, { args: ['apply'], env: database.env })
    expect(await first.line()).toBe('open')
    expect(await first.line()).toMatch(/^filled/)
    await first.kill('SIGKILL')

    await using cellar = await open(database.options)
    const left = await pending(database, 'numbers')
    expect(left).toBeGreaterThan(0)
    // What was computed before is not computed again, and the table is readable and writable meanwhile.
    expect(left).toBeLessThan(400)
    expect(
      await cellar
        .from(after)
        .where((c) => c.twice.eq(0))
        .count(),
    ).toBe(1)
    await cellar.insert(after, rows(1, 1000))
    await using second = startProgram(FILLING, { args: ['apply'], env: database.env })
    await second.ended
    expect(second.output()).toContain('applied')
    expect(await pending(database, 'numbers')).toBe(0)
    const all = await cellar
      .from(after)
      .orderBy((c) => c.id)
      .collect()
    expect(all).toEqual([...rows(400), ...rows(1, 1000)].map((row) => ({ ...row, twice: row.n * 2 })))
    const { changes } = await cellar.plan([after])
    expect(changes.filter((change) => !change.informational)).toEqual([])
  })

  it('can be left to whoever serves', { timeout: 120_000 }, async () => {
    await using database = await testDatabase()
    {
      await using cellar = await open(database.options)
      await cellar.apply([before])
      await cellar.insert(before, rows(100))
      await cellar.apply([after], { wait: false })
    }
    await using first = startProgram(WORKER, { env: database.env })
    await first.line()
    await delay(500)
    await first.kill('SIGKILL')
    await using second = startProgram(WORKER, { env: database.env })
    await second.line()
    await using cellar = await open(database.options)
    const filled = () =>
      cellar
        .from(after)
        .where((c) => c.twice.eq(c.n.mul(2)))
        .count()
    await expect.poll(filled, { timeout: 60_000, interval: 250 }).toBe(100)
    await expect.poll(() => pending(database, 'numbers'), { timeout: 10_000 }).toBe(0)
  })
})

describe('deferred cells', () => {
  it('of acknowledged rows are filled by another process when the first one is killed', {
    timeout: 120_000,
  }, async () => {
    await using database = await testDatabase()
    {
      await using cellar = await open(database.options)
      await cellar.apply([deferred, after])
    }
    await using first = startProgram(WORKER, { env: database.env })
    const url = await first.line()
    const headers = { 'content-type': 'application/json' }
    const acknowledged: number[] = []
    const insert = async (row: object) => {
      const answer = await fetch(`${url}/api/waiting`, { method: 'POST', body: JSON.stringify(row), headers })
      if (answer.ok) acknowledged.push(((await answer.json()) as { id: number }).id)
    }
    const load = Promise.all(rows(200).map((row) => insert(row).catch(() => {})))
    await expect.poll(() => acknowledged.length, { interval: 5, timeout: 30_000 }).toBeGreaterThan(30)
    await first.kill('SIGKILL')
    await load
    await using second = startProgram(WORKER, { env: database.env })
    await second.line()
    await expect.poll(() => pending(database, 'waiting'), { timeout: 60_000, interval: 250 }).toBe(0)
    await using cellar = await open(database.options)
    const stored = await cellar.from(deferred).collect()
    expect(stored.filter((row) => row.twice !== row.n * 2)).toEqual([])
    const ids = new Set(stored.map(({ id }) => id))
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
  })
})

describe.skipIf(testMode === 'embedded')('two processes on one database server (embedded, one process owns it)', () => {
  it('share the jobs, and one takes over when the other is killed', { timeout: 120_000 }, async () => {
    await using database = await testDatabase()
    await using cellar = await open(database.options)
    await cellar.apply([deferred, after])
    await using one = startProgram(WORKER, { env: database.env })
    await using two = startProgram(WORKER, { env: database.env })
    const urls = [await one.line(), await two.line()]
    const headers = { 'content-type': 'application/json' }
    const insert = (row: { id: number }) =>
      fetch(`${urls[row.id % 2]}/api/waiting`, { method: 'POST', body: JSON.stringify(row), headers })
        .then(async (answer) => (answer.ok ? row.id : Promise.reject(new Error(await answer.text()))))
        .catch(notAnswered)
    const load = rows(200).map(insert)
    await Promise.race(load)
    await one.kill('SIGKILL')
    const acknowledged = (await Promise.all(load)).filter((id) => id !== false)
    expect(acknowledged.filter((id) => id % 2 === 1)).toHaveLength(100)
    await expect.poll(() => pending(database, 'waiting'), { timeout: 60_000, interval: 250 }).toBe(0)
    const stored = new Map((await cellar.from(deferred).collect()).map((row) => [row.id, row]))
    for (const id of acknowledged) expect(stored.get(id)).toEqual({ id, n: id, twice: id * 2 })
    await using sql = await connectSql(database)
    await expect
      .poll(() => sql.rows(`select state from cellar.jobs where state <> 'done'`), { timeout: 60_000 })
      .toEqual([])
    const versions = await sql.rows('select _version from cellar_data.waiting group by 1 having count(*) > 1')
    expect(versions).toEqual([])
  })
})
