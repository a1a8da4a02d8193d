import { defineFunction, t } from 'cellar'

// #region plain
export const excerpt = defineFunction({
  name: 'excerpt',
  args: { text: t.string(), length: t.int().default(12) },
  returns: t.string(),
  run: ({ text, length }) => (text.length <= length ? text : `${text.slice(0, length)}…`),
})
// #endregion

// #region batch
export const rate = defineFunction({
  name: 'rate',
  args: { title: t.string() },
  returns: t.float(),
  batch: { size: 100 },
  timeout: 10_000,
  runBatch: async (rows, { signal }) => {
    signal.throwIfAborted()
    return rows.map(({ title }) => (title === '' ? new Error('there is nothing to rate') : title.length / 10))
  },
})
// #endregion

// #region thread
export const countPrimes = defineFunction({
  name: 'countPrimes',
  args: { below: t.int() },
  returns: t.int(),
  thread: true,
  module: import.meta.url,
  timeout: 5_000,
  run: ({ below }) => {
    let count = 0
    for (let n = 2; n < below; n++) {
      let prime = true
      for (let d = 2; prime && d * d <= n; d++) prime = n % d !== 0
      if (prime) count++
    }
    return count
  },
})
// #endregion
