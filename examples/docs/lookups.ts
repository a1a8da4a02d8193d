import assert from 'node:assert/strict'
import { defineQuery, defineTable, lookup, open, t } from 'cellar'

// #region lookup
const terms = defineTable('terms', { term: t.string().primaryKey(), meaning: t.string() })

const explain = defineQuery('explain', { text: t.string(), limit: t.int().default(3) }, ({ text, limit }, { from }) =>
  from(terms)
    .where((c) => c.term.contains(text))
    .orderBy((c) => c.term.asc())
    .limit(limit)
    .select((c) => ({ term: c.term, meaning: c.meaning })),
)

const questions = defineTable('questions', { id: t.int().primaryKey(), about: t.string() })
  .computed('found', (c) => lookup(explain, { text: c.about })) // { term, meaning }[]
  .computed('answer', (c) => c.found.at(0, 'meaning'))
// #endregion

await using cellar = await open()
await cellar.apply([questions])
await cellar.insert(terms, [{ term: 'cellar', meaning: 'a place below' }])
const [row] = (await cellar.insert(questions, [{ id: 1, about: 'cell' }], { returnRows: true })).rows
assert.deepEqual(row.found, [{ term: 'cellar', meaning: 'a place below' }])
assert.equal(row.answer, 'a place below')

// #region stale
await cellar.insert(terms, [{ term: 'cell', meaning: 'a value of a row' }])
await cellar.recompute(questions, ['found'], { onlyStale: true })
// #endregion
assert.equal((await cellar.from(questions).first())?.answer, 'a value of a row')
