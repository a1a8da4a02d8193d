import assert from 'node:assert/strict'
import { concat, defineQuery, defineTable, open, t } from 'cellar'
import { excerpt } from './functions.ts'

const books = defineTable('books', {
  id: t.int().primaryKey(),
  title: t.string(),
  author: t.string(),
  pages: t.int().nullable(),
  details: t.json<{ language?: string; awards: { name: string; year: number }[] }>(),
  added: t.timestamp(),
})
await using cellar = await open()
await cellar.apply([books])
await cellar.insert(books, [
  { id: 1, title: 'Solaris', author: 'Stanislaw', details: { language: 'pl', awards: [] }, added: '1961-01-01' },
  {
    id: 2,
    title: 'The Dispossessed',
    author: 'Ursula',
    pages: 341,
    details: { awards: [{ name: 'Hugo', year: 1975 }] },
    added: '1974-05-01',
  },
])

// #region read
const recent = cellar
  .from(books)
  .where((c) => c.title.contains('s').and(c.added.gte(new Date('1970-01-01'))))
  .orderBy((c) => [c.author.asc(), c.added.desc().nullsLast()])
  .limit(20)

const rows = await recent.select((c) => ({ id: c.id, label: concat(c.author, ': ', c.title) })).collect()
const first = await recent.first() // the row, or undefined
const howMany = await recent.count()
for await (const book of cellar.from(books).stream()) console.log(book.title) // through a cursor
// #endregion
assert.deepEqual(rows, [{ id: 2, label: 'Ursula: The Dispossessed' }])
assert.equal(first?.id, 2)
assert.equal(howMany, 1)

// #region expressions
const facts = await cellar
  .from(books)
  .where((c) => c.pages.isNull().or(c.pages.between(100, 400)))
  .select((c) => ({
    year: c.added.year(),
    hours: c.pages.div(40).round(1),
    prize: c.details.at('awards', 0, 'name'), // string | null
    language: c.details.at('language').asText(),
    short: excerpt({ text: c.title }), // a function: runs in JavaScript, on the rows that are left
  }))
  .orderBy((r) => r.year.asc())
  .collect()
// #endregion
assert.deepEqual(facts, [
  { year: 1961, hours: null, prize: null, language: 'pl', short: 'Solaris' },
  { year: 1974, hours: 8.5, prize: 'Hugo', language: null, short: 'The Disposse…' },
])

// #region define
export const byAuthor = defineQuery(
  'byAuthor',
  { author: t.string().comment('The whole name'), limit: t.int().default(10) },
  ({ author, limit }, { from }) =>
    from(books)
      .where((c) => c.author.eq(author))
      .limit(limit)
      .select((c) => ({ id: c.id, title: c.title })),
  { description: 'Books of an author' },
)
// #endregion

// #region reuse
const prized = cellar.from(books).where((c) => c.details.at('awards').length().gt(0))
const titles = await prized.select((c) => ({ title: c.title })).collect()
// #endregion
assert.deepEqual(titles, [{ title: 'The Dispossessed' }])
