import assert from 'node:assert/strict'
import { defineFunction, defineTable, open, t } from 'cellar'
import { excerpt, rate } from './functions.ts'

// #region direct
const short = excerpt.run({ text: 'The Dispossessed' }) // a string: the function is synchronous
const rating = await rate.run({ title: 'Solaris' }) // a promise: it is asynchronous, or batched
// #endregion
assert.equal(short, 'The Disposse…')
assert.equal(rating, 0.7)

// #region partial
const headline = excerpt.with({ length: 5 }) // lacks the argument: headline({ text })
// #endregion
assert.equal(headline.run({ text: 'Solaris' }), 'Solar…')

// #region described
const spell = defineFunction({
  name: 'spell',
  description: 'The letters of a word, with something between them',
  args: {
    word: t.string().comment('A single word'),
    between: t.string().default('-').comment('What stands between two letters'),
  },
  returns: t.string(),
  run: ({ word, between }) => [...word].join(between),
})
// #endregion

// #region result
const histogram = defineFunction({
  name: 'histogram',
  args: { values: t.array(t.float()), bins: t.int().default(4) },
  returns: ({ bins }) => t.vector(bins),
  run: ({ values, bins }) => {
    const counts = new Float32Array(bins)
    for (const value of values) {
      const bin = Math.min(bins - 1, Math.max(0, Math.floor(value * bins)))
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    return counts
  },
})
// #endregion

const samples = defineTable('samples', { id: t.int().primaryKey(), name: t.string(), values: t.array(t.float()) })
  .computed('title', (c) => headline({ text: c.name }))
  .computed('spelled', (c) => spell({ word: c.name }))
  .computed('shape', (c) => histogram({ values: c.values, bins: 2 }))
await using cellar = await open()
await cellar.apply([samples])
const [row] = (
  await cellar.insert(samples, [{ id: 1, name: 'Solaris', values: [0.1, 0.2, 0.9] }], { returnRows: true })
).rows
assert.equal(row.title, 'Solar…')
assert.equal(row.spelled, 'S-o-l-a-r-i-s')
assert.deepEqual([...row.shape], [2, 1])

// #region preview
const preview = await cellar.preview(samples, (c) => rate({ title: c.name }), { rows: 5 })
for (const { inputs, value, error, milliseconds } of preview.rows)
  console.log(inputs.name, error ?? value, milliseconds)
const seconds = preview.estimatedMilliseconds / 1000 // for all of preview.total rows
// #endregion
assert.equal(preview.rows[0]?.value, 0.7)
assert.ok(seconds > 0)
