import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { defineFunction, defineTable, t, uuid7 } from 'cellar'
import { beforeEach, expect, test } from 'vitest'
import { failure } from '../support/failure.ts'
import { useCellar } from '../support/use-cellar.ts'

const calls: string[] = []
const fussy = defineFunction({
  name: 'insertFussy',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => {
    calls.push(text)
    if (text.startsWith('bad')) throw new TypeError(`${text} is bad`)
    return `${text}!`
  },
})

const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  slug: t.string().unique().nullable(),
  text: t.string(),
  stars: t.int().default(3),
  meta: t.json<{ a?: number }>().nullable(),
})
  .computed('loud', (c) => fussy({ text: c.text }))
  .computed('louder', (c) => c.loud.upper())

const echoes = defineTable('echoes', { id: t.int().primaryKey(), text: t.string() })
  .computed('once', (c) => fussy({ text: c.text }))
  .computed('twice', (c) => fussy({ text: c.text }).concat('!'))

const blobs = defineTable('blobs', { id: t.uuid().primaryKey().default(uuid7()), text: t.string() })

const scene = useCellar([notes, echoes, blobs])

beforeEach(() => {
  calls.length = 0
})

test('objects, arrays, iterables and async iterables are inserted with defaults and computed cells', async () => {
  const { cellar } = scene
  const one = await cellar.insert(notes, { id: 1, text: 'one' }, { returnRows: true })
  expect(one).toMatchObject({ count: 1, errors: [] })
  expect(one.rows).toEqual([{ id: 1, slug: null, text: 'one', stars: 3, meta: null, loud: 'one!', louder: 'ONE!' }])
  const two = await cellar.insert(
    notes,
    [
      { id: 2, text: 'two' },
      { id: 3, text: 'three', stars: 5 },
    ],
    { returnRows: true },
  )
  expect(two.rows.map((row) => row.louder)).toEqual(['TWO!', 'THREE!'])
  expect(two.version).toBeGreaterThan(one.version)
  async function* stream() {
    for (let id = 4; id < 12_000; id += 1) yield { id, text: `t${id}` }
  }
  const many = await cellar.insert(notes, stream())
  expect(many).toEqual({ count: 11_996, version: expect.any(Number), rows: [], errors: [] })
  expect(await cellar.from(notes).count()).toBe(11_999)
  const versions = await scene.sql('select distinct "_version" from cellar_data.notes')
  expect(versions).toHaveLength(3)
  expect(await cellar.insert(notes, [])).toEqual({ count: 0, version: 0, rows: [], errors: [] })
})

test('equal calls of a row are made once', async () => {
  const { rows } = await scene.cellar.insert(
    echoes,
    [
      { id: 1, text: 'a' },
      { id: 2, text: 'b' },
    ],
    { returnRows: true },
  )
  expect(rows.map(({ once, twice }) => [once, twice])).toEqual([
    ['a!', 'a!!'],
    ['b!', 'b!!'],
  ])
  expect(calls).toEqual(['a', 'b'])
})

test('keys that are made are returned', async () => {
  const { cellar } = scene
  const { rows } = await cellar.insert(blobs, [{ text: 'a' }, { text: 'b' }], { returnRows: true })
  const second = cellar.from(blobs).where((c) => c.id.eq(rows[1].id))
  expect(rows[0].id).not.toBe(rows[1].id)
  expect(await second.collect()).toEqual([{ id: rows[1].id, text: 'b' }])
})

test('an array is written completely or not at all', async () => {
  const { cellar } = scene
  const rows = Array.from({ length: 12_000 }, (_, id) => ({ id, text: `t${id}` }))
  rows[11_321] = { id: 17, text: 'again' }
  const error = await failure(cellar.insert(notes, rows))
  expect(error).toMatchObject({ code: 'DUPLICATE_KEY', details: { table: 'notes', columns: 'id', values: '17' } })
  expect(error.issues[0]?.path).toEqual([11_321, 'id'])
  expect(await cellar.from(notes).count()).toBe(0)
  rows[11_321] = { id: 11_321, text: 'bad news' }
  expect(await failure(cellar.insert(notes, rows))).toMatchObject({
    code: 'CELL_FAILED',
    issues: [{ path: [11_321, 'loud'] }],
  })
  expect(await cellar.from(notes).count()).toBe(0)
  expect(await scene.sql('select * from cellar.cell_errors')).toEqual([])
})

test.each([
  ['an unknown column', { id: 1, text: 'a', txt: 'b' }, 'UNKNOWN_COLUMN', ['txt']],
  ['a wrong type', { id: 'one', text: 'a' }, 'INVALID_VALUE', ['id']],
  ['a missing value', { id: 1 }, 'MISSING_VALUE', ['text']],
  ['null where none is allowed', { id: 1, text: null }, 'MISSING_VALUE', ['text']],
  ['a computed column', { id: 1, text: 'a', loud: 'b' }, 'INVALID_VALUE', ['loud']],
  ['something that is no row', 'text', 'INVALID_VALUE', []],
])('%s is refused with its place', async (_, row, code, path) => {
  expect(await failure(scene.cellar.insert(notes, [row as never]))).toMatchObject({
    code,
    issues: [{ path: [0, ...path] }],
  })
  if (typeof row === 'object') {
    expect(await failure(scene.cellar.insert(notes, row as never))).toMatchObject({ code, issues: [{ path }] })
  }
  expect(await scene.cellar.from(notes).count()).toBe(0)
  expect(calls).toEqual([])
})

test('a duplicate key names the key and the row that has it, however it came about', async () => {
  const { cellar } = scene
  await cellar.insert(notes, { id: 1, slug: 'a', text: 'one' })
  const key = { code: 'DUPLICATE_KEY', status: 409 }
  expect(await failure(cellar.insert(notes, { id: 1, text: 'x' }))).toMatchObject({
    ...key,
    issues: [{ path: ['id'] }],
  })
  expect(await failure(cellar.insert(notes, [{ id: 1, text: 'x' }]))).toMatchObject({
    ...key,
    issues: [{ path: [0, 'id'] }],
  })
  const unique = await failure(
    cellar.insert(notes, [
      { id: 2, text: 'x' },
      { id: 3, slug: 'a', text: 'x' },
    ]),
  )
  expect(unique).toMatchObject({ ...key, details: { columns: 'slug', values: 'a' }, issues: [{ path: [1, 'slug'] }] })
  const inside = await failure(
    cellar.insert(notes, [
      { id: 5, text: 'x' },
      { id: 6, text: 'x' },
      { id: 5, text: 'x' },
    ]),
  )
  expect(inside).toMatchObject({ ...key, issues: [{ path: [2, 'id'] }] })
  expect(await cellar.from(notes).count()).toBe(1)
})

test('onInvalid skip writes the good rows and lists the others with their reasons', async () => {
  const { cellar } = scene
  await cellar.insert(notes, { id: 1, slug: 'taken', text: 'one' })
  const rows = [
    { id: 10, text: 'good' },
    { id: 1, text: 'key taken' },
    { id: 11 },
    { id: 10, text: 'key taken by the first' },
    { id: 12, slug: 'taken', text: 'slug taken' },
    { id: 13, text: 'good', extra: 1 },
    { id: 14, text: 'good' },
  ]
  const result = await cellar.insert(notes, rows as never, { onInvalid: 'skip', returnRows: true })
  expect(result.count).toBe(2)
  expect((result as unknown as { rows: { id: number }[] }).rows.map((row) => row.id)).toEqual([10, 14])
  expect(result.errors.map(({ index, code }) => [index, code])).toEqual([
    [1, 'DUPLICATE_KEY'],
    [2, 'MISSING_VALUE'],
    [3, 'DUPLICATE_KEY'],
    [4, 'DUPLICATE_KEY'],
    [5, 'UNKNOWN_COLUMN'],
  ])
  expect(
    (
      await cellar
        .from(notes)
        .orderBy((c) => c.id)
        .select((c) => ({ id: c.id }))
        .collect()
    ).map((row) => row.id),
  ).toEqual([1, 10, 14])
  const none = await cellar.insert(notes, [{ id: 1, text: 'again' }], { onInvalid: 'skip' })
  expect(none).toMatchObject({ count: 0, version: 0, errors: [{ index: 0, code: 'DUPLICATE_KEY' }] })
  const versions = await scene.sql(`select * from cellar.versions where operation = 'insert'`)
  expect(versions).toHaveLength(2)
})

test('onError store keeps the row, its failed cells and those that depend on them', async () => {
  const { cellar } = scene
  const result = await cellar.insert(
    notes,
    [
      { id: 1, text: 'fine' },
      { id: 2, text: 'bad' },
    ],
    { onError: 'store', returnRows: true },
  )
  expect(result.count).toBe(2)
  expect(result.errors).toMatchObject([
    { index: 1, column: 'loud', code: 'FUNCTION_FAILED', retryable: false },
    { index: 1, column: 'louder', code: 'FUNCTION_FAILED' },
  ])
  expect(result.rows).toMatchObject([
    { loud: 'fine!', louder: 'FINE!' },
    { loud: null, louder: null },
  ])
  const stored = await scene.sql(
    `select n.id::int, n._cells, array_agg(e."column" order by e."column") as columns
    from cellar_data.notes n left join cellar.cell_errors e on e.rowid = n._rowid group by 1, 2 order by 1`,
  )
  expect(stored).toMatchObject([
    { id: 1, _cells: null, columns: [null] },
    { id: 2, _cells: { loud: { state: 'failed', code: 'FUNCTION_FAILED', attempts: 1 } }, columns: ['loud', 'louder'] },
  ])
  const single = await cellar.insert(notes, { id: 3, text: 'bad too' }, { onError: 'store' })
  expect(single.errors.map((error) => error.column)).toEqual(['loud', 'louder'])
  expect(await scene.sql('select count(*)::int as n from cellar.cell_errors')).toEqual([{ n: 4 }])
})

test('a long insert reports progress and stops at its signal without a trace', async () => {
  const { cellar } = scene
  const seen: { done: number; total?: number }[] = []
  await cellar.insert(
    notes,
    Array.from({ length: 12_500 }, (_, id) => ({ id, text: 'x' })),
    {
      onProgress: (progress) => seen.push(progress),
    },
  )
  expect(seen.at(-1)).toEqual({ done: 12_500, total: 12_500 })
  expect(seen.length).toBeGreaterThan(1)
  const steps: { done: number; total?: number }[] = []
  async function* stream() {
    for (let id = 30_000; id < 36_000; id += 1) yield { id, text: 'x' }
  }
  await cellar.insert(notes, stream(), { onProgress: (progress) => steps.push(progress) })
  expect(steps).toEqual([{ done: 5_000 }, { done: 6_000 }])
  const abort = new AbortController()
  const rows = Array.from({ length: 11_000 }, (_, id) => ({ id: 20_000 + id, text: 'x' }))
  const stopped = cellar.insert(notes, rows, { signal: abort.signal, onProgress: () => abort.abort() })
  expect(await failure(stopped)).toMatchObject({ code: 'ABORTED' })
  const never = cellar.insert(notes, rows.slice(0, 2), { signal: AbortSignal.abort() })
  expect(await failure(never)).toMatchObject({ code: 'ABORTED' })
  expect(await cellar.from(notes).count()).toBe(18_500)
})

test('rows that do not fit into memory wait in a file of the home, which is gone afterwards', async () => {
  const { cellar, database } = scene
  const text = 'x'.repeat(1024 * 1024)
  async function* stream(fail: boolean) {
    for (let i = 0; i < 80; i += 1) yield { text: fail && i === 79 ? (i as never) : `${i} ${text}` }
  }
  expect(await failure(cellar.insert(blobs, stream(true)))).toMatchObject({
    code: 'INVALID_VALUE',
    issues: [{ path: [79, 'text'] }],
  })
  expect(await cellar.from(blobs).count()).toBe(0)
  expect(await cellar.insert(blobs, stream(false))).toMatchObject({ count: 80 })
  const files = await readdir(join(database.home, 'media'), { recursive: true, withFileTypes: true })
  expect(files.filter((file) => file.isFile())).toEqual([])
  const rows = await scene.sql(
    `select distinct length(text) - strpos(text, ' ') as size, count(*)::int as n
    from cellar_data.blobs group by 1`,
  )
  expect(rows).toEqual([{ size: 1024 * 1024, n: 80 }])
})
