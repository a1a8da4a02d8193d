import assert from 'node:assert/strict'
import { defineIterator, defineTable, open, t } from 'cellar'

// #region define
const pages = defineIterator({
  name: 'pages',
  args: { text: t.string(), length: t.int().default(1000) },
  yields: { position: t.int(), page: t.string() },
  *run({ text, length }) {
    for (let at = 0; at < text.length; at += length) yield { position: at / length, page: text.slice(at, at + length) }
  },
})

for (const { position, page } of pages.run({ text: 'to be or not to be', length: 6 })) console.log(position, page)
// #endregion

const notes = defineTable('notes', { id: t.int().primaryKey(), word: t.string(), note: t.string() })
await using cellar = await open()
await cellar.apply([notes])
await cellar.insert(notes, [{ id: 1, word: 'not', note: 'a word that turns others round' }])

// #region source
const found = await cellar
  .from(pages({ text: 'to be or not to be', length: 6 }))
  .join(notes, (p, n) => p.page.contains(n.word))
  .select((p, n) => ({ position: p.position, note: n.note }))
  .collect()
// #endregion
assert.deepEqual(found, [{ position: 1, note: 'a word that turns others round' }])
