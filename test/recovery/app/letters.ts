import { defineTable, open, t } from 'cellar'
import { reversed } from './reversed.ts'
import { upper } from './upper.ts'

// Declares a table of which other processes lack functions, and works on its jobs when asked to.

const plain = defineTable('letters', { id: t.int().primaryKey(), word: t.string(), note: t.string().nullable() })
export const letters = plain
  .computed('upper', (c) => upper({ text: c.word }))
  .computed('reversed', (c) => reversed({ text: c.word }))
  .computed('last', (c) => upper({ text: c.reversed }))
  .computed('both', (c) => reversed({ text: upper({ text: c.word }) }))

if (import.meta.main) {
  const [what] = process.argv.slice(2)
  const cellar = await open({ work: what === 'work' })
  if (what === 'declare') await cellar.apply([letters])
  if (what === 'add') {
    await cellar.apply([plain])
    await cellar.insert(plain, [{ id: 1, word: 'ab' }])
    await cellar.apply([letters], { wait: false })
  }
  console.log(what)
  if (what !== 'work') await cellar.close()
}
