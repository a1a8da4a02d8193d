import { setTimeout as delay } from 'node:timers/promises'
import { defineFunction, defineTable, open, t } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'

// Changes and deletes rows in the background until it is killed.

export const counted = defineFunction({
  name: 'backgroundCounted',
  args: { text: t.string() },
  returns: t.int(),
  run: async ({ text }) => {
    await delay(5)
    return text.length
  },
})
/** Its cells need nothing but what an update gives. */
export const words = defineTable('words', { id: t.int().primaryKey(), word: t.string() }).computed('size', (c) =>
  counted({ text: c.word }),
)
/** Its cells need the stored row too, which is read before it is changed. */
export const pairs = defineTable('pairs', { id: t.int().primaryKey(), word: t.string(), other: t.string() }).computed(
  'size',
  (c) => counted({ text: c.word.concat(c.other) }),
)

export const api = new TableRouter({ prefix: '/api' })
  .addUpdateRoute(words, { path: '/words', background: true })
  .addUpdateRoute(pairs, { path: '/pairs', inputs: ['word'], background: true })
  .addDeleteRoute(words, { path: '/words/delete', background: true })

if (import.meta.main) {
  const server = await serve(api, { cellar: await open(), port: 0 })
  console.log(server.url)
}
