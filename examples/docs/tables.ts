import assert from 'node:assert/strict'
import { caseWhen, defineTable, isCellarError, now, open, t, uuid7 } from 'cellar'
import { countPrimes, excerpt, rate } from './functions.ts'

// #region declare
const authors = defineTable('authors', { name: t.string().primaryKey() })

const books = defineTable(
  'books',
  {
    id: t.uuid().primaryKey().default(uuid7()),
    title: t.string({ max: 200 }),
    author: t.string().references('authors.name'),
    isbn: t.string().unique().nullable(),
    price: t.decimal(8, 2).default('0.00'),
    pages: t.int({ min: 1 }).nullable(),
    tags: t.array(t.string()).default([]),
    details: t.json<{ language: string; awards: string[] }>().nullable(),
    added: t.timestamp().default(now()),
  },
  { history: { keep: '90d' }, comment: 'What the shop has' },
)
// #endregion

// #region computed
const catalogue = books
  .computed('slug', (c) => c.title.lower().replaceAll(' ', '-'))
  .computed('size', (c) =>
    caseWhen(
      [
        [c.pages.gt(500), 'thick'],
        [c.pages.gt(100), 'medium'],
      ],
      'thin',
    ),
  )
  .computed('language', (c) => c.details.at('language').asText())
  .computed('short', (c) => excerpt({ text: c.title }))
  .computed('rating', (c) => rate({ title: c.title }), { onError: 'store' })
  .computed('primes', (c) => countPrimes({ below: c.pages }), { mode: 'deferred' })
// #endregion

// #region apply
await using cellar = await open()
const plan = await cellar.plan([authors, catalogue])
for (const change of plan.changes) console.log(change.table, change.column ?? '', change.description)
await cellar.apply([authors, catalogue])
// #endregion
assert.deepEqual((await cellar.plan([authors, catalogue])).changes, [])

// #region insert
await cellar.insert(authors, [{ name: 'Ursula' }, { name: 'Stanislaw' }])
const written = await cellar.insert(
  catalogue,
  [
    { title: 'The Lathe of Heaven', author: 'Ursula', pages: 184 },
    { title: 'Solaris', author: 'Stanislaw', details: { language: 'pl', awards: [] } },
  ],
  { returnRows: true },
)
console.log(written.count, written.version, written.rows[0].slug) // 2, a number, 'the-lathe-of-heaven'
// #endregion
assert.equal(written.rows[0].slug, 'the-lathe-of-heaven')
assert.equal(written.rows[0].size, 'medium')
assert.equal(written.rows[1].language, 'pl')
assert.equal(written.rows[1].primes, null)

// #region change
await cellar.update(catalogue, { price: '9.90' }, { where: (c) => c.title.eq('Solaris') })
await cellar.update(catalogue, (c) => ({ price: c.price.mul('1.1') }), { where: (c) => c.pages.isNotNull() })
await cellar.batchUpdate(catalogue, [{ id: written.rows[0].id, pages: 190 }])
const preview = await cellar.compute(catalogue, [{ title: 'Eden', author: 'Stanislaw' }]) // stores nothing
await cellar.transaction(async (tx) => {
  await tx.insert(authors, { name: 'Octavia' })
  await tx.update(authors, { name: 'Octavia E.' }, { where: (c) => c.name.eq('Octavia') })
})
await cellar.delete(authors, { where: (c) => c.name.eq('Octavia E.') })
// #endregion
assert.equal(preview.rows[0]?.short, 'Eden')
assert.equal(await cellar.from(authors).count(), 2)

// #region errors
try {
  await cellar.insert(catalogue, [{ title: 'Eden', author: 'Nobody', pages: 0 }])
} catch (error) {
  if (!isCellarError(error)) throw error
  console.log(error.code, error.issues) // 'INVALID_VALUE', [{ path: [0, 'pages'], message: 'is less than 1', … }]
}
// #endregion

// #region skip
const some = await cellar.insert(
  catalogue,
  [
    { title: 'Eden', author: 'Stanislaw' },
    { title: 'x'.repeat(300), author: 'Stanislaw' },
  ],
  { onInvalid: 'skip' },
)
console.log(some.count, some.errors) // 1, [{ index: 1, column: 'title', code: 'INVALID_VALUE', … }]
// #endregion
assert.equal(some.count, 1)
assert.deepEqual([some.errors[0]?.index, some.errors[0]?.code], [1, 'INVALID_VALUE'])

// #region cells
const untitled = await cellar.insert(catalogue, { title: '', author: 'Ursula' })
console.log(untitled.errors) // [{ index: 0, column: 'rating', code: 'FUNCTION_FAILED', … }]
const failed = await cellar
  .from(catalogue)
  .where((c) => c.rating.state.eq('failed'))
  .select((c) => ({ id: c.id, why: c.rating.error }))
  .collect()
await cellar.recompute(catalogue, ['rating'], { onlyErrors: true })
// #endregion
assert.equal(untitled.errors[0]?.code, 'FUNCTION_FAILED')
assert.equal(failed.length, 1)

// #region unknown
const found = await cellar.getTable('books') // of the database, also when this process never declared it
console.log(await cellar.from(found).count(), await cellar.listTables())
await cellar.drop('books')
// #endregion
