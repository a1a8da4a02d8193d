import { setTimeout as delay } from 'node:timers/promises'
import { defineTable, open, t } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'
import { beforeEach, expect, test } from 'vitest'
import { testDatabase } from '../support/databases.ts'
import { useCellar } from '../support/use-cellar.ts'
import { watchedWork } from '../support/watched-work.ts'

const { watched, work } = watchedWork('fillWork')
const later = defineTable('later', { id: t.int().primaryKey(), text: t.string() })
  .computed('made', (c) => work({ text: c.text }), { mode: 'deferred' })
  .computed('twice', (c) => c.made.concat(c.made), { mode: 'deferred' })
const plain = defineTable('grown', { id: t.int().primaryKey(), text: t.string() })
const grown = plain.computed('made', (c) => work({ text: c.text }))

const scene = useCellar([later, plain])

beforeEach(() => watched.reset())

const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, text: `t${id}` }))
const poll = { timeout: 30_000, interval: 50 }

test('a script leaves deferred cells to others; fill computes them here', async () => {
  const { cellar } = scene
  await cellar.insert(later, rows(40))
  await delay(500)
  expect(watched.calls).toEqual([])
  const progress: object[] = []
  expect(await cellar.fill(later, { onProgress: (at) => progress.push(at) })).toEqual({ count: 40, failed: 0 })
  expect(progress.at(-1)).toEqual({ done: 40, total: 40 })
  expect(watched.calls).toHaveLength(40)
  expect(
    await cellar
      .from(later)
      .where((c) => c.twice.isNull())
      .count(),
  ).toBe(0)
  expect(await cellar.fill(later)).toEqual({ count: 0, failed: 0 })
  expect(watched.calls).toHaveLength(40)
})

test('fill counts the cells that failed, stores why, and leaves them alone the next time', async () => {
  const { cellar } = scene
  watched.broken = new Set(['t1', 't3'])
  await cellar.insert(later, rows(5))
  expect(await cellar.fill(later)).toEqual({ count: 5, failed: 4 })
  const errors = await cellar.inspect.cellErrors({ path: 'later' })
  expect(errors.map(({ key, column, state }) => [key.id, column, state])).toEqual([
    [1, 'made', 'failed'],
    [1, 'twice', 'failed'],
    [3, 'made', 'failed'],
    [3, 'twice', 'failed'],
  ])
  expect(await cellar.fill(later)).toEqual({ count: 0, failed: 0 })
  expect(watched.calls).toHaveLength(5)
})

test('rows that come while a table is filled are filled too', async () => {
  const { cellar } = scene
  await cellar.insert(later, rows(20))
  let more: Promise<unknown> | undefined
  const filled = await cellar.fill(later, {
    onProgress: () => {
      more ??= Promise.all([
        cellar.insert(later, { id: 100, text: 'new' }),
        cellar.update(later, { text: 'changed' }, { where: (c) => c.id.eq(0) }),
      ])
    },
  })
  await more
  expect(filled.failed).toBe(0)
  const left = await cellar.fill(later)
  expect(filled.count + left.count).toBe(22)
  expect(await cellar.inspect.cellErrors({ path: 'later' })).toEqual([])
})

test('fill stops when it is told to, and what is done by then stays', async () => {
  const { cellar } = scene
  await cellar.insert(later, rows(100))
  const abort = new AbortController()
  const stopped = cellar.fill(later, {
    signal: abort.signal,
    onProgress: ({ done }) => done > 0 && abort.abort(new Error('enough')),
  })
  await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
  const done = await cellar
    .from(later)
    .where((c) => c.twice.isNull().not())
    .count()
  expect(done).toBeGreaterThan(0)
  expect(done).toBeLessThan(100)
  expect(await cellar.fill(later)).toEqual({ count: 100 - done, failed: 0 })
})

test('fill ends what apply has left to others', async () => {
  const { cellar } = scene
  await cellar.insert(plain, rows(30))
  await cellar.apply([grown], { wait: false })
  expect(await cellar.fill(grown)).toEqual({ count: 30, failed: 0 })
  expect(await scene.sql('select * from cellar.fills')).toEqual([])
  expect(
    await cellar
      .from(grown)
      .where((c) => c.made.isNull())
      .count(),
  ).toBe(0)
})

test('a process that was opened to work fills without serving', { timeout: 120_000 }, async () => {
  await using database = await testDatabase()
  await using cellar = await open({ ...database.options, work: true })
  await cellar.apply([later])
  await cellar.insert(later, rows(3))
  await expect
    .poll(
      () =>
        cellar
          .from(later)
          .where((c) => c.twice.isNull())
          .count(),
      poll,
    )
    .toBe(0)
})

test('a process that was opened not to work serves and leaves the jobs to others', { timeout: 120_000 }, async () => {
  await using database = await testDatabase()
  const router = () =>
    new TableRouter()
      .addInsertRoute(later, { path: '/now' })
      .addInsertRoute(later, { path: '/later', background: true })
  await using cellar = await open({ ...database.options, work: false })
  await cellar.apply([later])
  const server = await serve(router(), { cellar, port: 0 })
  const post = (path: string, id: number) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      body: JSON.stringify({ id, text: 'x' }),
      headers: { 'content-type': 'application/json' },
    })
  expect((await post('/now', 1)).status).toBe(200)
  const answer = await post('/later', 2)
  expect(answer.status).toBe(202)
  await delay(3_000)
  expect((await cellar.inspect.jobs()).map(({ state }) => state)).toEqual(['queued', 'queued'])
  await using worker = await open({ ...database.options, work: true })
  router().bind(worker)
  const { id } = (await answer.json()) as { id: string }
  const job = await (await fetch(`${server.url}/jobs/${id}?wait=30`)).json()
  expect(job).toMatchObject({ status: 'done', result: { id: 2 } })
  await expect
    .poll(
      () =>
        cellar
          .from(later)
          .where((c) => c.twice.isNull())
          .count(),
      poll,
    )
    .toBe(0)
  await server.close()
})
