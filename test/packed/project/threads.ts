import { isMainThread } from 'node:worker_threads'
import { defineFunction, defineTable, t } from 'cellar'

export const where = defineFunction({
  name: 'where',
  args: { n: t.int() },
  returns: t.string(),
  thread: true,
  module: import.meta.url,
  run: ({ n }) => `${n} ${isMainThread ? 'main' : 'worker'}`,
})

export const numbers = defineTable('numbers', { n: t.int().primaryKey() }).computed('place', (c) => where({ n: c.n }))
