import { concat, defineTable, open, t } from 'cellar'
import { beforeEach, expect, test } from 'vitest'
import { testDatabase } from '../support/databases.ts'
import { rawSql } from '../support/raw-sql.ts'
import { useCellar } from '../support/use-cellar.ts'
import { watchedWork } from '../support/watched-work.ts'

const { watched, work } = watchedWork('cellsWork')
const docs = defineTable('docs', { id: t.int().primaryKey(), text: t.string(), note: t.string().default('-') })
  .computed('first', (c) => work({ text: c.text }))
  .computed('second', (c) => c.first.concat(c.note))
const later = defineTable('later', { id: t.int().primaryKey(), text: t.string() })
  .computed('slow', (c) => work({ text: c.text }), { mode: 'deferred' })
  .computed('after', (c) => c.slow.upper())
  .computed('now', (c) => c.text.upper())

const scene = useCellar([docs, later])

beforeEach(() => {
  watched.reset()
})

const states = (table: string) =>
  scene.sql<{ id: number; cells: Record<string, { state: string; attempts?: number }> | null; noted: string[] }>(
    `select t.id::int, t._cells as cells, coalesce(array_agg(e."column" order by e."column") filter (where e.rowid is not null), '{}') as noted
     from cellar_data.${table} t left join cellar.cell_errors e on e.rowid = t._rowid
       and e.table_id = (select id from cellar.tables where path = '${table}') group by 1, 2 order by 1`,
  )

test('a failed cell is stored with its reason, noted, and cleared by an update that succeeds', async () => {
  const { cellar } = scene
  watched.broken.add('bad')
  await cellar.insert(docs, [
    { id: 1, text: 'a' },
    { id: 2, text: 'b' },
  ])
  const failed = await cellar.update(
    docs,
    { text: 'bad' },
    { where: (c) => c.id.eq(1), onError: 'store', returnRows: true },
  )
  expect(failed.rows).toEqual([{ id: 1, text: 'bad', note: '-', first: null, second: null }])
  expect(failed.errors.map((error) => error.column)).toEqual(['first', 'second'])
  expect(await states('docs')).toMatchObject([
    { id: 1, cells: { first: { state: 'failed', code: 'FUNCTION_FAILED' } }, noted: ['first', 'second'] },
    { id: 2, cells: null, noted: [] },
  ])
  const byKey = await cellar.batchUpdate(docs, [{ id: 2, text: 'bad', note: '!' }], { onError: 'store' })
  expect(byKey.errors).toHaveLength(2)
  expect((await states('docs'))[1]).toMatchObject({ id: 2, noted: ['first', 'second'] })
  await cellar.batchUpdate(docs, [
    { id: 2, text: 'fine' },
    { id: 1, text: 'good' },
  ])
  expect(await states('docs')).toEqual([
    { id: 1, cells: null, noted: [] },
    { id: 2, cells: null, noted: [] },
  ])
  expect(
    await cellar
      .from(docs)
      .orderBy((c) => c.id)
      .collect(),
  ).toMatchObject([{ second: '<good>-' }, { second: '<fine>!' }])
})

test('what depends on a failed cell stays failed when something else of it changes', async () => {
  const { cellar } = scene
  watched.broken.add('bad')
  await cellar.insert(docs, { id: 1, text: 'bad' }, { onError: 'store' })
  watched.calls.length = 0
  const result = await cellar.update(docs, { note: '!' }, { onError: 'store', returnRows: true })
  expect(result).toMatchObject({
    count: 1,
    rows: [{ note: '!', first: null, second: null }],
    errors: [{ column: 'second' }],
  })
  expect(watched.calls).toEqual([])
  expect(await states('docs')).toMatchObject([{ noted: ['first', 'second'] }])
})

test('deleting a row takes its failed cells with it', async () => {
  const { cellar } = scene
  watched.broken.add('bad')
  await cellar.insert(
    docs,
    [
      { id: 1, text: 'bad' },
      { id: 2, text: 'bad' },
    ],
    { onError: 'store' },
  )
  await cellar.delete(docs, { where: (c) => c.id.eq(1) })
  expect(await scene.sql('select "column" from cellar.cell_errors order by 1')).toEqual([
    { column: 'first' },
    { column: 'second' },
  ])
})

test('a deferred cell waits visibly and is filled in place by the workers', async () => {
  const { cellar } = scene
  watched.broken.add('bad')
  const inserted = await cellar.insert(
    later,
    [
      { id: 1, text: 'a' },
      { id: 2, text: 'bad' },
    ],
    { returnRows: true },
  )
  await cellar.insert(later, { id: 3, text: 'c' })
  expect(inserted.rows).toMatchObject([
    { slow: null, after: null, now: 'A' },
    { slow: null, after: null, now: 'BAD' },
  ])
  expect(watched.calls).toEqual([])
  expect(await states('later')).toMatchObject(
    [1, 2, 3].map((id) => ({ id, cells: { slow: { state: 'pending' } }, noted: ['after', 'slow'] })),
  )
  const jobs = await startJobs()
  try {
    await expect
      .poll(async () => (await states('later')).filter((row) => row.noted.length > 0).map((row) => row.id), {
        timeout: 30_000,
      })
      .toEqual([2])
    expect((await states('later'))[1]).toMatchObject({
      cells: { slow: { state: 'failed' }, after: { state: 'failed' } },
    })
    expect(
      await cellar
        .from(later)
        .orderBy((c) => c.id)
        .collect(),
    ).toMatchObject([{ slow: '<a>', after: '<A>' }, { slow: null }, { after: '<C>' }])
    let release = () => {}
    watched.gate = new Promise((resolve) => {
      release = resolve
    })
    await cellar.update(later, { text: 'new' }, { where: (c) => c.id.eq(1) })
    expect((await states('later'))[0]).toMatchObject({ cells: { slow: { state: 'pending' } } })
    release()
    await expect.poll(async () => (await states('later'))[0]?.cells, { timeout: 30_000 }).toBeNull()
    expect(
      await cellar
        .from(later)
        .where((c) => c.id.eq(1))
        .first(),
    ).toMatchObject({ slow: '<new>', after: '<NEW>' })
  } finally {
    await jobs.stop()
  }
  const history = await scene.sql('select text, slow from cellar_data."later$history"')
  expect(history).toEqual([{ text: 'a', slow: '<a>' }])
})

/** The workers of the process, as `serve` starts them. */
async function startJobs() {
  const { jobs } = (
    scene.cellar as unknown as Record<symbol, { jobs: { start(): Promise<void>; stop(): Promise<void> } }>
  )[Symbol.for('cellar.context')] as { jobs: { start(): Promise<void>; stop(): Promise<void> } }
  await jobs.start()
  return jobs
}

test('apply fills a new computed column for the rows that are there, and goes on where it was stopped', async () => {
  await using database = await testDatabase()
  await using cellar = await open(database.options)
  const before = defineTable('grown', { id: t.int().primaryKey(), text: t.string() })
  await cellar.apply([before])
  await cellar.insert(
    before,
    Array.from({ length: 3_000 }, (_, id) => ({ id, text: `t${id}` })),
  )
  const grown = before.computed('size', (c) => c.text.length()).computed('made', (c) => work({ text: c.text }))
  const abort = new AbortController()
  const stopped = cellar.apply([grown], { signal: abort.signal, onProgress: ({ done }) => done > 500 && abort.abort() })
  await expect(stopped).rejects.toThrow()
  const early = watched.calls.length
  expect(early).toBeGreaterThan(500)
  await cellar.insert(grown, { id: 5_000, text: 'meanwhile' })
  watched.broken.add('t2999')
  await cellar.apply([grown])
  expect(
    await cellar
      .from(grown)
      .where((c) => c.made.eq(concat('<', c.text, '>')))
      .count(),
  ).toBe(3_000)
  expect(
    await cellar
      .from(grown)
      .where((c) => c.made.isNull())
      .select((c) => ({ id: c.id }))
      .collect(),
  ).toEqual([{ id: 2_999 }])
  expect(watched.calls.length).toBeLessThan(3_001 + 520)
  const nulls = await rawSql(
    database,
    `select column_name, is_nullable from information_schema.columns
    where table_schema = 'cellar_data' and table_name = 'grown' and column_name in ('size', 'made') order by 1`,
  )
  expect(nulls).toEqual([
    { column_name: 'made', is_nullable: 'YES' },
    { column_name: 'size', is_nullable: 'NO' },
  ])
  expect(await rawSql(database, 'select * from cellar.fills')).toEqual([])
})
