import assert from 'node:assert/strict'
import { count, defineTable, exists, max, mean, open, rank, scalar, sum, t } from 'cellar'

const authors = defineTable('shelf.authors', { id: t.int().primaryKey(), name: t.string(), born: t.int().nullable() })
const books = defineTable('shelf.books', {
  id: t.int().primaryKey(),
  author: t.int(),
  title: t.string(),
  price: t.float(),
})
await using cellar = await open()
await cellar.apply([authors, books])
await cellar.insert(authors, [
  { id: 1, name: 'Lem', born: 1921 },
  { id: 2, name: 'Le Guin', born: 1929 },
  { id: 3, name: 'Homer' },
])
await cellar.insert(books, [
  { id: 1, author: 1, title: 'Solaris', price: 12 },
  { id: 2, author: 1, title: 'Fiasco', price: 9 },
  { id: 3, author: 2, title: 'The Dispossessed', price: 14 },
  { id: 4, author: 2, title: 'The Lathe of Heaven', price: 8 },
])

// #region join
const shelf = await cellar
  .from(authors)
  .join(books, (a, b) => a.id.eq(b.author), { type: 'left' })
  .select((a, b) => ({ name: a.name, title: b.title })) // title: string | null
  .orderBy((r) => [r.name, r.title])
  .collect()
// #endregion
assert.deepEqual(
  shelf.map((row) => row.title),
  [null, 'The Dispossessed', 'The Lathe of Heaven', 'Fiasco', 'Solaris'],
)

// #region group
const perAuthor = await cellar
  .from(books)
  .join(authors, (b, a) => b.author.eq(a.id))
  .groupBy((_, a) => ({ name: a.name.upper() })) // upper() runs in JavaScript: its rows go back to Postgres
  .having(() => count().gt(1))
  .select((b) => ({ name: b.name, books: count(), dearest: max(b.price), mean: mean(b.price) }))
  .orderBy((r) => r.dearest.desc())
  .collect()
// #endregion
assert.deepEqual(perAuthor, [
  { name: 'LE GUIN', books: 2, dearest: 14, mean: 11 },
  { name: 'LEM', books: 2, dearest: 12, mean: 10.5 },
])

// #region windows
const ranked = cellar.from(books).select((c) => ({
  title: c.title,
  place: rank().over({ partitionBy: c.author, orderBy: c.price.desc() }),
  total: sum(c.price).over({ partitionBy: c.author }),
}))
const dearest = await cellar
  .from(ranked) // a query is a source: this filters what the window gave
  .where((r) => r.place.eq(1))
  .orderBy((r) => r.title)
  .collect()
// #endregion
assert.deepEqual(dearest, [
  { title: 'Solaris', place: 1, total: 21 },
  { title: 'The Dispossessed', place: 1, total: 22 },
])

// #region subqueries
const cheap = cellar.from(books).where((b) => b.price.lt(10))
const facts = await cellar
  .from(authors)
  .where((a) => exists(cellar.from(books).where((b) => b.author.eq(a.id))))
  .select((a) => ({
    name: a.name,
    sellsCheap: a.id.in(cheap.select((b) => ({ author: b.author }))),
    books: scalar(
      cellar
        .from(books)
        .where((b) => b.author.eq(a.id))
        .select(() => ({ n: count() })),
    ),
  }))
  .orderBy((r) => r.name)
  .collect()
// #endregion
assert.deepEqual(facts, [
  { name: 'Le Guin', sellsCheap: true, books: 2 },
  { name: 'Lem', sellsCheap: true, books: 2 },
])

// #region sets
const titles = cellar.from(books).select((b) => ({ text: b.title }))
const names = cellar.from(authors).select((a) => ({ text: a.name }))
const words = await titles
  .union(names)
  .orderBy((r) => r.text)
  .limit(3)
  .collect()
const three = await cellar.from(books).sample({ n: 3, seed: 7 }).collect() // the same three each time
// #endregion
assert.deepEqual(
  words.map((row) => row.text),
  ['Fiasco', 'Homer', 'Le Guin'],
)
assert.equal(three.length, 3)

// #region pages
const byPrice = cellar.from(books).orderBy((b) => b.price.desc())
const page = await byPrice.page({ limit: 3 })
const rest = await byPrice.page({ after: page.next, limit: 3 }) // rest.next is null: this was the last page
// #endregion
assert.deepEqual(
  [...page.rows, ...rest.rows].map((row) => row.price),
  [14, 12, 9, 8],
)
assert.equal(rest.next, null)

// #region explain
const { steps } = await cellar
  .from(books)
  .where((b) => b.price.gt(8).and(b.title.lower().contains('the')))
  .explain()
const where = steps.map((step) => `${step.runs}: ${step.rows} rows`)
// #endregion
assert.deepEqual(where, ['sql: 3 rows', 'javascript: 3 rows'])
