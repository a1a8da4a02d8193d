import { defineTable, open, t } from 'cellar'
import { expect, test } from 'vitest'
import { testDatabase } from '../support/databases.ts'
import { rawSql } from '../support/raw-sql.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })
const WRITES = 5

/** What a database looks like after some weeks in which nobody served it. */
const AGE = `update cellar.versions set at = at - interval '40 days';
  update cellar.settings set value = (now() - interval '40 days')::text where name = 'pruned-at'`

test('scripts prune history and numbers at their end when nobody has for some hours', { timeout: 60_000 }, async () => {
  await using database = await testDatabase()
  const count = async () => {
    await using _ = await open(database.options)
    const [found] = await rawSql(
      database,
      `select (select count(*) from cellar.versions where operation <> 'apply')::int as numbers,
        (select count(*) from cellar_data."notes$history")::int as former`,
    )
    return found
  }
  {
    await using cellar = await open(database.options)
    await cellar.apply([notes])
    await cellar.insert(notes, [{ id: 1, text: 'first' }])
    for (let n = 1; n < WRITES; n += 1) await cellar.update(notes, { text: `${n}` })
  }
  const all = { numbers: WRITES, former: WRITES - 1 }
  expect(await count()).toEqual(all)
  {
    await using _ = await open(database.options)
    await rawSql(database, `update cellar.versions set at = at - interval '40 days'`)
  }
  // Somebody has looked a moment ago.
  expect(await count()).toEqual(all)
  {
    await using _ = await open(database.options)
    await rawSql(database, AGE)
  }
  expect(await count()).toEqual({ numbers: 1, former: 0 })
  await using cellar = await open(database.options)
  expect(await cellar.from(notes).collect()).toEqual([{ id: 1, text: `${WRITES - 1}` }])
  expect(await cellar.update(notes, { text: 'next' })).toMatchObject({ count: 1, version: WRITES + 2 })
})
