import { defineFunction, defineQuery, defineTable, lookup, now, open, t } from 'cellar'
import { beforeEach, expect, expectTypeOf, it } from 'vitest'
import { testDatabase, testMode } from '../support/databases.ts'
import { coded } from '../support/problems.ts'
import { useCellar } from '../support/use-cellar.ts'

const words = defineTable('lookups.words', {
  word: t.string().primaryKey(),
  meaning: t.string().nullable(),
  added: t.timestamp(),
})
const tidy = defineFunction({
  name: 'lookupsTidy',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => text.trim(),
})
const findWords = defineQuery(
  'findWords',
  { text: t.string(), limit: t.int().default(2) },
  ({ text, limit }, { from }) =>
    from(words)
      .where((c) => c.word.contains(text))
      .orderBy((c) => c.word.asc())
      .limit(limit)
      .select((c) => ({ word: tidy({ text: c.word }), meaning: c.meaning, added: c.added })),
)
const questions = defineTable('lookups.questions', {
  id: t.int().primaryKey(),
  text: t.string().nullable(),
  note: t.string().nullable(),
})
  .computed('hits', (c) => lookup(findWords, { text: c.text }))
  .computed('best', (c) => c.hits.at(0, 'word').asText())
const scene = useCellar([questions])

const added = new Date('2024-01-02T03:04:05Z')
const wire = (word: string, meaning: string | null = null) => ({ word, meaning, added: '2024-01-02T03:04:05.000Z' })

beforeEach(async () => {
  await scene.cellar.insert(words, [
    { word: 'cat', meaning: 'an animal', added },
    { word: 'scatter', added },
    { word: 'vocation', added },
  ])
})

it('keeps typed rows, and finds the tables that it needs', async () => {
  const [cat, none, nothing] = (
    await scene.cellar.insert(questions, [{ id: 1, text: 'cat' }, { id: 2, text: 'dog' }, { id: 3 }], {
      returnRows: true,
    })
  ).rows
  expect(cat).toMatchObject({ hits: [wire('cat', 'an animal'), wire('scatter')], best: 'cat' })
  expect(none).toMatchObject({ hits: [], best: null })
  expect(nothing).toMatchObject({ hits: null, best: null })
  type Hit = { word: string; meaning: string | null; added: string }
  expectTypeOf(cat.hits).toEqualTypeOf<Hit[] | null>()
  expectTypeOf(cat.best).toEqualTypeOf<string | null>()
})

it('looks again when it is recomputed, and when an argument changes', async () => {
  const { cellar } = scene
  await cellar.insert(questions, [{ id: 1, text: 'cat' }])
  await cellar.delete(words, { where: (c) => c.word.eq('cat') })
  const best = async () => (await cellar.from(questions).first())?.best
  expect(await best()).toBe('cat')
  await cellar.recompute(questions, ['hits'])
  expect(await best()).toBe('scatter')
  await cellar.update(questions, { text: 'voc' })
  expect(await best()).toBe('vocation')
})

const staleCells = async () =>
  (await scene.cellar.inspect.cellErrors({ path: 'lookups.questions' })).map(({ key, column, state }) => [
    key.id,
    column,
    state,
  ])

it('is stale when a table that it reads was written to, and looked up again alone', async () => {
  const { cellar } = scene
  await cellar.insert(questions, [
    { id: 1, text: 'cat' },
    { id: 2, text: 'voc' },
  ])
  expect(await staleCells()).toEqual([])
  expect(await cellar.recompute(questions, ['hits', 'best'], { onlyStale: true })).toMatchObject({ count: 0 })
  await cellar.insert(words, [{ word: 'catalogue', added }])
  await cellar.insert(questions, [{ id: 3, text: 'cat' }])
  await cellar.update(questions, { note: 'same lookups' }, { where: (c) => c.id.eq(1) })
  await cellar.update(questions, { text: 'log' }, { where: (c) => c.id.eq(2) })
  expect(await staleCells()).toEqual([[1, 'hits', 'stale']])
  expect(await cellar.inspect.describe('lookups.questions')).toMatchObject({ cells: { failed: 0, pending: 1 } })
  const stored = await cellar.recompute(questions, ['hits'], { onlyStale: true, where: (c) => c.id.gt(1) })
  expect(stored).toMatchObject({ count: 0 })
  expect(await cellar.recompute(questions, ['hits'], { onlyStale: true })).toMatchObject({ count: 1, errors: [] })
  const hits = cellar.from(questions).orderBy((c) => c.id)
  expect(await hits.select((c) => ({ first: c.hits.at(1, 'word').asText() })).collect()).toEqual([
    { first: 'catalogue' },
    { first: null },
    { first: 'catalogue' },
  ])
  expect(await staleCells()).toEqual([])
  for (const change of [
    () => cellar.update(words, { meaning: 'a list' }, { where: (c) => c.word.eq('catalogue') }),
    () => cellar.delete(words, { where: (c) => c.word.eq('catalogue') }),
    () => cellar.transaction((tx) => tx.insert(words, [{ word: 'catch', added }])),
    () =>
      cellar.insert(
        words,
        Array.from({ length: 300 }, (_, n) => ({ word: `dog ${n}`, added })),
      ),
  ]) {
    await change()
    expect(await staleCells()).toHaveLength(3)
    expect(await cellar.recompute(questions, ['hits'], { onlyStale: true })).toMatchObject({ count: 3 })
    expect(await staleCells()).toEqual([])
  }
})

// An embedded database has one session.
it.skipIf(testMode === 'embedded')('is stale also where the other write was not committed when it looked', async () => {
  const { cellar } = scene
  await using other = await open(scene.database.options)
  await cellar.transaction(async (tx) => {
    await tx.insert(words, [{ word: 'dogma', added }])
    // Versions of this are newer than the one that was drawn above.
    await other.insert(questions, [{ id: 1, text: 'dogma' }])
  })
  const best = async () => (await cellar.from(questions).first())?.best
  expect(await best()).toBe(null)
  expect(await staleCells()).toEqual([[1, 'hits', 'stale']])
  await cellar.recompute(questions, ['hits'], { onlyStale: true })
  expect(await best()).toBe('dogma')
  expect(await staleCells()).toEqual([])
})

it('keeps to itself when it was looked up', async () => {
  const { cellar } = scene
  const input = { id: 1, text: 'cat' }
  const [inserted] = (await cellar.insert(questions, [input], { returnRows: true })).rows
  const { rows } = await cellar.batchUpdate(questions, [{ id: 1, text: 'voc' }], { returnRows: true })
  const updated = await cellar.update(questions, { text: 'cat' }, { returnRows: true })
  const computed = await cellar.compute(questions, [{ id: 2, text: 'cat' }])
  const names = ['best', 'hits', 'id', 'note', 'text']
  for (const row of [inserted, rows[0], updated.rows[0], computed.rows[0], await cellar.from(questions).first()])
    expect(Object.keys(row as object).sort()).toEqual(names)
  expect(await scene.sql('select count(*)::int as n from cellar_data."lookups.questions$history"')).toEqual([{ n: 2 }])
})

it('works in queries, streamed too, and in tables of the catalog', async () => {
  const { cellar } = scene
  const asked = Array.from({ length: 50 }, (_, id) => ({ id, text: id % 2 ? 'cat' : 'voc' }))
  await cellar.insert(questions, asked)
  const query = cellar
    .from(questions)
    .select((c) => ({ id: c.id, one: lookup(findWords, { text: c.text, limit: 1 }).length() }))
    .orderBy((r) => r.id.asc())
  const rows = []
  for await (const row of query.stream()) rows.push(row.one)
  expect(rows).toEqual(Array(50).fill(1))
  expect(await query.count()).toBe(50)
  const stored = await cellar.getTable('lookups.questions')
  expect(await cellar.plan([questions])).toMatchObject({ changes: [] })
  expect((await cellar.recompute(stored, ['hits'] as never)).count).toBe(50)
})

it('fills a column that is added to rows', async () => {
  const { cellar } = scene
  const plain = defineTable('lookups.later', { id: t.int().primaryKey(), text: t.string() })
  await cellar.apply([plain])
  await cellar.insert(plain, [{ id: 1, text: 'voc' }])
  const later = plain.computed('hits', (c) => lookup(findWords, { text: c.text }))
  await cellar.apply([later])
  expect(await cellar.from(later).first()).toMatchObject({ hits: [wire('vocation')] })
})

it('applies the tables that it reads', async () => {
  await using database = await testDatabase()
  await using cellar = await open(database.options)
  await cellar.apply([questions])
  expect((await cellar.listTables()).map(({ path }) => path).sort()).toEqual(['lookups.questions', 'lookups.words'])
})

it('is refused where it cannot be had', async () => {
  const { c } = questions
  expect(() => lookup(findWords, { text: c.id } as never)).toThrow(coded('INVALID_DECLARATION'))
  expect(() => lookup(findWords, {} as never)).toThrow(coded('INVALID_DECLARATION'))
  const since = defineQuery('lookupsSince', { at: t.timestamp().default(now()) }, ({ at }, { from }) =>
    from(words).where((w) => w.added.gt(at)),
  )
  expect(() => lookup(since, {})).toThrow(coded('INVALID_DECLARATION'))
  const other = defineQuery('findWords', { text: t.string() }, (_, { from }) => from(words))
  expect(() => lookup(other, { text: c.text })).toThrow(coded('DUPLICATE_DECLARATION'))
  // It would read outside of the transaction, and hold it.
  await expect(scene.cellar.transaction((tx) => tx.insert(questions, [{ id: 1, text: 'cat' }]))).rejects.toEqual(
    coded('FUNCTION_NOT_CHEAP'),
  )
})
