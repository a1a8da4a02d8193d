import { expect, test } from 'vitest'
import { testDatabase } from '../../test/support/databases.ts'
import { openDatabase } from '../database/open-database.ts'
import { dropOldScratch, scratchName } from './scratch-table.ts'

test('what a crash leaves behind is dropped when it is old, and nothing else', async () => {
  await using home = await testDatabase('embedded')
  const database = await openDatabase(home.options)
  try {
    const name = scratchName()
    await database.execute({ text: 'create schema if not exists cellar' })
    await database.execute({ text: `create table cellar."${name}" (c0 int8)` })
    await database.execute({ text: 'create table cellar.scratchpad (c0 int8)' })
    const tables = async () => {
      const text = `select relname as name from pg_class where relname like 'scratch%' order by 1`
      return (await database.execute<{ name: string }>({ text })).rows.map((row) => row.name)
    }
    await dropOldScratch(database)
    expect(await tables()).toEqual([name, 'scratchpad'])
    await dropOldScratch(database, Date.now() + 3 * 24 * 3600 * 1000)
    expect(await tables()).toEqual(['scratchpad'])
  } finally {
    await database.close()
  }
})
