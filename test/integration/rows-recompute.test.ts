import { setTimeout as delay } from 'node:timers/promises'
import { defineTable, t } from 'cellar'
import { beforeEach, expect, test } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'
import { watchedWork } from '../support/watched-work.ts'

const { watched, work } = watchedWork('recomputeWork')
const docs = defineTable('docs', { id: t.int().primaryKey(), text: t.string(), note: t.string().default('-') })
  .computed('first', (c) => work({ text: c.text }))
  .computed('second', (c) => c.first.concat(c.note))
const soft = defineTable('soft', { id: t.int().primaryKey(), text: t.string() }).computed(
  'made',
  (c) => work({ text: c.text }),
  { onError: 'store' },
)
const later = defineTable('later', { id: t.int().primaryKey(), text: t.string() }).computed(
  'made',
  (c) => work({ text: c.text }),
  { mode: 'deferred' },
)

const scene = useCellar([docs, soft, later])

beforeEach(() => {
  watched.reset()
})

const states = (table: string) =>
  scene.sql<{ id: number; cells: Record<string, { state: string; attempts?: number }> | null; noted: string[] }>(
    `select t.id::int, t._cells as cells, coalesce(array_agg(e."column" order by e."column") filter (where e.rowid is not null), '{}') as noted
     from cellar_data.${table} t left join cellar.cell_errors e on e.rowid = t._rowid
       and e.table_id = (select id from cellar.tables where path = '${table}') group by 1, 2 order by 1`,
  )

test('recompute with onlyErrors calls functions for failed cells only, and keeps version and history', async () => {
  const { cellar } = scene
  watched.broken = new Set(['b', 'c'])
  const inserted = await cellar.insert(
    docs,
    ['a', 'b', 'c'].map((text, id) => ({ id, text })),
    { onError: 'store' },
  )
  watched.calls.length = 0
  watched.broken = new Set(['c'])
  const result = await cellar.recompute(docs, ['first'], { onlyErrors: true })
  expect(watched.calls.sort()).toEqual(['b', 'c'])
  expect(result).toMatchObject({
    count: 2,
    version: 0,
    errors: [
      { column: 'first', index: 1 },
      { column: 'second', index: 1 },
    ],
  })
  expect(await states('docs')).toMatchObject([
    { id: 0, cells: null, noted: [] },
    { id: 1, cells: null, noted: [] },
    { id: 2, cells: { first: { state: 'failed', attempts: 2 } }, noted: ['first', 'second'] },
  ])
  expect(await scene.sql('select distinct "_version"::int as version from cellar_data.docs')).toEqual([
    { version: inserted.version },
  ])
  expect(await scene.sql('select * from cellar_data."docs$history"')).toEqual([])
  watched.broken = new Set()
  expect(await cellar.recompute(docs, ['second'], { where: (c) => c.id.eq(0) })).toMatchObject({ count: 1, errors: [] })
  expect(await cellar.recompute(docs, ['first'])).toMatchObject({ count: 3, errors: [] })
  expect((await states('docs')).every(({ cells, noted }) => cells === null && noted.length === 0)).toBe(true)
  await expect(cellar.recompute(docs, ['text'] as never)).rejects.toMatchObject({ code: 'UNKNOWN_COLUMN' })
})

test('a cell that is computed again while its row is updated ends with the value of the newest row', async () => {
  const { cellar } = scene
  await cellar.insert(docs, { id: 1, text: 'old' })
  let release = () => {}
  watched.gate = new Promise((resolve) => {
    release = resolve
  })
  const recomputing = cellar.recompute(docs, ['first'])
  while (watched.calls.length < 2) await delay(5)
  watched.gate = Promise.resolve()
  await cellar.update(docs, { note: '?' })
  release()
  expect(await recomputing).toMatchObject({ count: 1 })
  expect(await cellar.from(docs).collect()).toEqual([
    { id: 1, text: 'old', note: '?', first: '<old>', second: '<old>?' },
  ])
  await Promise.all([
    ...Array.from({ length: 6 }, (_, i) => cellar.update(docs, { text: `new${i}` })),
    ...Array.from({ length: 6 }, () => cellar.recompute(docs, ['first'])),
    ...Array.from({ length: 6 }, (_, i) => cellar.update(docs, { note: `n${i}` })),
  ])
  const [row] = await cellar.from(docs).collect()
  expect(row).toMatchObject({ first: `<${row?.text}>`, second: `<${row?.text}>${row?.note}` })
})

test('what fails anew is stored as failed and can be asked for', async () => {
  const { cellar } = scene
  await cellar.insert(soft, [
    { id: 1, text: 'a' },
    { id: 2, text: 'b' },
  ])
  watched.broken.add('b')
  expect(await cellar.recompute(soft, ['made'])).toMatchObject({
    errors: [{ index: 1, column: 'made', code: 'FUNCTION_FAILED' }],
  })
  const rows = cellar.from(soft).orderBy((c) => c.id)
  expect((await rows.collect()).map(({ made }) => made)).toEqual(['<a>', null])
  expect(await rows.select((c) => ({ state: c.made.state, error: c.made.error })).collect()).toEqual([
    { state: 'ok', error: null },
    { state: 'failed', error: expect.stringContaining('b is broken') },
  ])
  const failed = cellar.from(soft).where((c) => c.made.state.eq('failed'))
  expect(await failed.select((c) => ({ id: c.id })).collect()).toEqual([{ id: 2 }])
  expect(await cellar.inspect.cellErrors({ path: 'soft' })).toMatchObject([{ column: 'made', code: 'FUNCTION_FAILED' }])
})

test('deferred cells that wait are computed at once', async () => {
  const { cellar } = scene
  await cellar.insert(later, [
    { id: 1, text: 'a' },
    { id: 2, text: 'bad' },
  ])
  expect(watched.calls).toEqual([])
  expect(await cellar.inspect.describe('later')).toMatchObject({ cells: { failed: 0, pending: 2 } })
  watched.broken.add('bad')
  const { errors } = await cellar.recompute(later, ['made'], { onError: 'store' })
  expect(errors).toMatchObject([{ column: 'made', code: 'FUNCTION_FAILED' }])
  const rows = cellar.from(later).orderBy((c) => c.id)
  expect((await rows.collect()).map(({ made }) => made)).toEqual(['<a>', null])
  expect(await cellar.inspect.describe('later')).toMatchObject({ cells: { failed: 1, pending: 0 } })
})
