import { defineFunction, defineTable, t } from 'cellar'
import { expect, test } from 'vitest'
import { failure } from '../support/failure.ts'
import { useCellar } from '../support/use-cellar.ts'

const join = defineFunction({
  name: 'batchJoin',
  args: { a: t.string(), b: t.int().nullable() },
  returns: t.string(),
  run: async ({ a, b }) => `${a}:${b}`,
})

const items = defineTable('items', {
  id: t.int().primaryKey(),
  code: t.string().unique(),
  title: t.string(),
  rank: t.int().nullable(),
}).computed('label', (c) => join({ a: c.title, b: c.rank }))
const keyed = defineTable('keyed', { a: t.int().primaryKey(), b: t.string().primaryKey(), n: t.int() })

const scene = useCellar([items, keyed])

const row = (id: number, title = `t${id}`, rank: number | null = id) => ({ id, code: `c${id}`, title, rank })
const full = (id: number, title: string, rank: number | null) => ({
  ...row(id, title, rank),
  label: `${title}:${rank}`,
})

test('a batch update finds rows by key; ifMissing decides about the others', async () => {
  const { cellar } = scene
  await cellar.insert(items, [row(1), row(2)])
  const changes = [
    { id: 2, title: 'two' },
    { id: 9, title: 'nine', code: 'c9' },
    { id: 1, rank: 7 },
  ]
  expect(await failure(cellar.batchUpdate(items, changes))).toMatchObject({
    code: 'ROW_NOT_FOUND',
    details: { key: 'id = 9' },
    issues: [{ path: [1] }],
  })
  expect(
    await failure(
      cellar.batchUpdate(items, [
        { id: 1, title: 'x' },
        { id: 9, title: 'y' },
      ]),
    ),
  ).toMatchObject({ code: 'ROW_NOT_FOUND', details: { key: 'id = 9' } })
  expect(
    await cellar
      .from(items)
      .where((c) => c.title.eq('x'))
      .count(),
  ).toBe(0)
  const ignored = await cellar.batchUpdate(items, changes, { ifMissing: 'ignore', returnRows: true })
  expect(ignored).toMatchObject({ count: 2, rows: [full(2, 'two', 2), full(1, 't1', 7)] })
  const skipped = await cellar.batchUpdate(
    items,
    [
      { id: 9, title: 'x' },
      { id: 1, title: 'one' },
    ],
    { onInvalid: 'skip' },
  )
  expect(skipped).toMatchObject({ count: 1, errors: [{ index: 0, code: 'ROW_NOT_FOUND' }] })
  const inserted = await cellar.batchUpdate(items, changes, { ifMissing: 'insert', returnRows: true })
  expect(inserted).toMatchObject({ count: 3, errors: [] })
  expect(inserted.rows).toEqual([full(2, 'two', 2), full(9, 'nine', null), full(1, 'one', 7)])
  const incomplete = cellar.batchUpdate(items, [{ id: 10, title: 'x' }], { ifMissing: 'insert' })
  expect(await failure(incomplete)).toMatchObject({ code: 'MISSING_VALUE', details: { column: 'code' } })
  const twice = cellar.batchUpdate(items, [
    { id: 1, title: 'x' },
    { id: 1, title: 'y' },
  ])
  expect(await failure(twice)).toMatchObject({ code: 'INVALID_VALUE' })
  expect(await failure(cellar.batchUpdate(items, [{ title: 'x' } as never]))).toMatchObject({ code: 'MISSING_VALUE' })
})

test('concurrent batch updates that insert the same new keys end with one row each', async () => {
  const { cellar } = scene
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, writer) =>
      cellar.batchUpdate(
        items,
        [1, 2, 3].map((id) => ({ id, code: `c${id}`, title: `w${writer}` })),
        { ifMissing: 'insert' },
      ),
    ),
  )
  expect(results.every((result) => result.count === 3)).toBe(true)
  const rows = await cellar
    .from(items)
    .orderBy((c) => c.id)
    .collect()
  expect(rows.map((item) => item.id)).toEqual([1, 2, 3])
  for (const item of rows) expect(item).toEqual(full(item.id, item.title, null))
  expect(await scene.sql('select count(*)::int as n from cellar_data."items$history"')).toEqual([{ n: 21 }])
})

test('a batch update that may insert ends as an update where somebody else was quicker', async () => {
  const { cellar } = scene
  await cellar.insert(keyed, { a: 0, b: 'all', n: 0 })
  const write = (writer: number, round: number) =>
    cellar.batchUpdate(
      keyed,
      // All want the first row, and wait for each other; the second one is new, and two of them want it.
      [
        { a: 0, b: 'all', n: writer },
        { a: round, b: `new ${writer % 6}`, n: writer },
      ],
      { ifMissing: 'insert' },
    )
  for (let round = 1; round <= 4; round += 1) {
    const results = await Promise.all(Array.from({ length: 12 }, (_, writer) => write(writer, round)))
    expect(results.map(({ count }) => count)).toEqual(Array(12).fill(2))
  }
  expect(await cellar.from(keyed).count()).toBe(25)
})

test('a key of several columns finds one row, and moves only to where none is', async () => {
  const { cellar } = scene
  await cellar.insert(keyed, [
    { a: 1, b: 'x', n: 1 },
    { a: 1, b: 'y', n: 2 },
    { a: 2, b: 'x', n: 3 },
  ])
  const changes = [
    { a: 2, b: 'x', n: 8 },
    { a: 1, b: 'y', n: 9 },
  ]
  expect(await cellar.batchUpdate(keyed, changes)).toMatchObject({ count: 2 })
  expect(await failure(cellar.update(keyed, { a: 1 }))).toMatchObject({ code: 'DUPLICATE_KEY' })
  expect(await failure(cellar.batchUpdate(keyed, [{ a: 1, n: 1 } as never]))).toMatchObject({ code: 'MISSING_VALUE' })
  const rows = cellar.from(keyed).orderBy((c) => [c.a, c.b])
  expect((await rows.collect()).map(({ a, b, n }) => [a, b, n])).toEqual([
    [1, 'x', 1],
    [1, 'y', 9],
    [2, 'x', 8],
  ])
})
