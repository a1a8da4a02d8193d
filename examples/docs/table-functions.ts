import assert from 'node:assert/strict'
import { asFunction, defineTable, open, t } from 'cellar'
import { excerpt } from './functions.ts'

// #region table
const articles = defineTable('articles', { title: t.string(), subtitle: t.string().default('') })
  .computed('short', (c) => excerpt({ text: c.title }))
  .computed('slug', (c) => c.title.lower().replaceAll(' ', '-'))

const describe = asFunction(articles) // gives { short, slug }
const slugOf = asFunction(articles, { returns: (c) => c.slug })

const letters = defineTable('letters', { id: t.int().primaryKey(), subject: t.string() })
  .computed('article', (c) => describe({ title: c.subject }))
  .computed('path', (c) => slugOf({ title: c.subject }))
// #endregion

await using cellar = await open()
await cellar.apply([letters])
const [row] = (await cellar.insert(letters, [{ id: 1, subject: 'To whom it concerns' }], { returnRows: true })).rows
assert.deepEqual(row.article, { short: 'To whom it c…', slug: 'to-whom-it-concerns' })
assert.equal(row.path, 'to-whom-it-concerns')
