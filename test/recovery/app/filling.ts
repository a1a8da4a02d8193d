import { setTimeout as delay } from 'node:timers/promises'
import { defineFunction, defineTable, open, t } from 'cellar'

// Adds a slow computed column to a full table, or works on what others left, until it is killed.

export const slowly = defineFunction({
  name: 'slowly',
  args: { n: t.int() },
  returns: t.int(),
  run: async ({ n }) => {
    await delay(20)
    return n * 2
  },
})
export const before = defineTable('numbers', { id: t.int().primaryKey(), n: t.int() })
export const after = before.computed('twice', (c) => slowly({ n: c.n }))
export const deferred = defineTable('waiting', { id: t.int().primaryKey(), n: t.int() }).computed(
  'twice',
  (c) => slowly({ n: c.n }),
  { mode: 'deferred' },
)

if (import.meta.main) {
  const cellar = await open()
  console.log('open')
  if (process.argv[2] === 'apply') {
    await cellar.apply([after], {
      onProgress: ({ done }) => {
        if (done > 0) console.log(`filled ${done}`)
      },
    })
    console.log('applied')
  }
  await cellar.close()
}
