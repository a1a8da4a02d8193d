import { open } from 'cellar'
import { serve } from 'cellar/serve'
import { expect, test } from 'vitest'
import { type TestDatabase, testDatabase, testMode } from '../support/databases.ts'
import { startProgram } from '../support/programs.ts'
import { connectSql, type Sql } from '../support/sql.ts'
import { api, pairs, words } from './app/background.ts'

const WORKER = new URL('app/background.ts', import.meta.url)
const ROWS = 40

interface JobAnswer {
  readonly id: string
  readonly status: string
  readonly result: unknown
}

async function prepare(database: TestDatabase): Promise<void> {
  await using cellar = await open(database.options)
  await cellar.apply([words, pairs])
  const rows = (first: number) => Array.from({ length: ROWS }, (_, n) => ({ id: first + n, word: 'a' }))
  await cellar.insert(words, [...rows(0), ...rows(100)])
  await cellar.insert(
    pairs,
    rows(0).map((row) => ({ ...row, other: 'b' })),
  )
}

async function post(url: string, path: string, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/${path}`, { method: 'POST', body: JSON.stringify(body), headers })
  expect(answer.status).toBe(202)
  return ((await answer.json()) as { id: string }).id
}

const jobOf = async (url: string, id: string): Promise<JobAnswer> =>
  (await (await fetch(`${url}/api/jobs/${id}?wait=40`)).json()) as JobAnswer

test('background updates and deletes and the ends of their jobs are one transaction each', async () => {
  await using database = await testDatabase()
  await prepare(database)
  await using cellar = await open(database.options)
  const server = await serve(api, { cellar, port: 0 })
  await using sql = await connectSql(database)
  const writes = [
    { path: 'words', body: { id: 1, word: 'abc' }, result: { id: 1, word: 'abc', size: 3 } },
    { path: 'pairs', body: { id: 1, word: 'abc' }, result: { id: 1, word: 'abc', other: 'b', size: 4 } },
    { path: 'words/delete', body: { id: 101 }, result: { num_rows: 1 } },
  ]
  for (const { path, body, result } of writes) {
    const id = await post(server.url, path, body)
    expect(await jobOf(server.url, id)).toMatchObject({ status: 'done', result })
    const [found] = await sql.rows(
      `select j.xmin::text = mod(v.xid::text::numeric, 4294967296)::text as same from cellar.jobs j,
        (select xid from cellar.versions order by version desc limit 1) v where j.id = $1`,
      [id],
    )
    expect([path, found]).toEqual([path, { same: true }])
  }
  await server.close()
})

test('a background update of a row that is not there writes nothing, and its job says so', async () => {
  await using database = await testDatabase()
  await prepare(database)
  await using cellar = await open(database.options)
  const server = await serve(api, { cellar, port: 0 })
  for (const path of ['words', 'pairs']) {
    const id = await post(server.url, path, { id: 999, word: 'abc' })
    expect(await jobOf(server.url, id)).toMatchObject({ status: 'error', error: { code: 'ROW_NOT_FOUND' } })
  }
  const id = await post(server.url, 'words/delete', { id: 999 })
  expect(await jobOf(server.url, id)).toMatchObject({ status: 'done', result: { num_rows: 0 } })
  await server.close()
})

test('background updates and deletes happen once when their process is killed with -9', {
  timeout: 120_000,
}, async () => {
  await using database = await testDatabase()
  await prepare(database)
  await using first = startProgram(WORKER, { env: database.env })
  const url = await first.line()
  const [updates, deletes]: [string[], string[]] = [[], []]
  const load = Array.from({ length: ROWS }, async (_, n) => {
    updates.push(await post(url, 'words', { id: n, word: 'abc' }))
    updates.push(await post(url, 'pairs', { id: n, word: 'abc' }))
    deletes.push(await post(url, 'words/delete', { id: 100 + n }))
  })
  await Promise.all(load)
  await first.kill('SIGKILL')
  await using second = startProgram(WORKER, { env: database.env })
  const next = await second.line()
  for (const id of updates) expect(await jobOf(next, id)).toMatchObject({ status: 'done' })
  // One that ran again after its deletion had been committed would have found nothing.
  for (const id of deletes) expect(await jobOf(next, id)).toMatchObject({ status: 'done', result: { num_rows: 1 } })
  await using sql = await connectSql(database)
  for (const table of ['words', 'pairs']) {
    const times = await sql.rows(
      `select count(*)::int as rows, max(n)::int as most from
        (select count(*) as n from cellar_data."${table}$history" where id < 100 group by id) h`,
    )
    expect([table, times]).toEqual([table, [{ rows: ROWS, most: 1 }]])
  }
})

// Embedded there is one session, so that nobody can hold rows or the record of the job meanwhile.
test.skipIf(testMode === 'embedded')(
  'a process that is killed between a write and the end of its job has written nothing (server only)',
  { timeout: 120_000 },
  async () => {
    await using database = await testDatabase()
    await prepare(database)
    await using sql = await connectSql(database)
    const writes = [
      { path: 'words', body: { id: 1, word: 'abc' }, table: 'words', id: 1 },
      { path: 'pairs', body: { id: 1, word: 'abc' }, table: 'pairs', id: 1 },
      { path: 'words/delete', body: { id: 101 }, table: 'words', id: 101 },
    ]
    await using first = startProgram(WORKER, { env: database.env })
    const url = await first.line()
    await using rowHolder = await connectSql(database)
    await using jobHolder = await connectSql(database)
    await rowHolder.rows('begin')
    for (const { table, id } of writes) {
      await rowHolder.rows(`select 1 from cellar_data.${table} where id = $1 for update`, [id])
    }
    const ids = await Promise.all(writes.map(({ path, body }) => post(url, path, body)))
    const running = () => sql.rows(`select 1 from cellar.jobs where state = 'running'`)
    await expect.poll(running, { timeout: 20_000 }).toHaveLength(writes.length)
    await jobHolder.rows('begin')
    await jobHolder.rows('select 1 from cellar.jobs for update')
    await rowHolder.rows('rollback')
    await expect.poll(() => waitingForJobs(sql), { timeout: 20_000 }).toHaveLength(writes.length)
    await first.kill('SIGKILL')
    await jobHolder.rows('rollback')
    await expect.poll(() => waitingForJobs(sql), { timeout: 20_000 }).toEqual([])
    for (const { path, table, id } of writes) expect([path, await formerRows(sql, table, id)]).toEqual([path, 0])
    await using second = startProgram(WORKER, { env: database.env })
    const next = await second.line()
    const jobs = await Promise.all(ids.map((id) => jobOf(next, id)))
    for (const job of jobs) expect(job).toMatchObject({ status: 'done', attempts: 2 })
    expect(jobs[2]?.result).toEqual({ num_rows: 1 })
    for (const { path, table, id } of writes) expect([path, await formerRows(sql, table, id)]).toEqual([path, 1])
  },
)

const waitingForJobs = (sql: Sql) =>
  sql.rows(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    and query like '%update cellar.jobs%'`)

async function formerRows(sql: Sql, table: string, id: number): Promise<number> {
  const [found] = await sql.rows<{ n: number }>(
    `select count(*)::int as n from cellar_data."${table}$history" where id = $1`,
    [id],
  )
  return found?.n ?? 0
}
