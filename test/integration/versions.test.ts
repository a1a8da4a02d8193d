import { defineTable, open, t } from 'cellar'
import { expect, test } from 'vitest'
import { testDatabase } from '../support/databases.ts'
import { rawSql } from '../support/raw-sql.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })
const WRITES = 5

test('scripts prune history and numbers at their end when nobody has for some hours', {
  timeout: 120_000,
}, async () => {
  await using database = await testDatabase()
  const sql = (text: string) => rawSql(database, text)
  const left = () =>
    sql(`select (select count(*) from cellar.versions where operation <> 'apply')::int as numbers,
      (select count(*) from cellar_data."notes$history")::int as former`)
  {
    await using cellar = await open(database.options)
    await cellar.apply([notes])
    await cellar.insert(notes, [{ id: 1, text: 'first' }])
    for (let n = 1; n < WRITES; n += 1) await cellar.update(notes, { text: `${n}` })
    await sql(`update cellar.versions set at = at - interval '40 days'`)
  }
  {
    // It is looked at from time to time only, the first time after some hours.
    await using _ = await open(database.options)
    expect(await left()).toEqual([{ numbers: WRITES, former: WRITES - 1 }])
    await sql(`update cellar.settings set value = (now() - interval '7 hours')::text where name = 'pruned-at'`)
  }
  await using cellar = await open(database.options)
  expect(await left()).toEqual([{ numbers: 1, former: 0 }])
  expect(await cellar.from(notes).collect()).toEqual([{ id: 1, text: `${WRITES - 1}` }])
  expect(await cellar.update(notes, { text: 'next' })).toMatchObject({ count: 1, version: WRITES + 2 })
  expect(
    await sql(`select now() - value::timestamptz < interval '1 hour' as lately from cellar.settings
    where name = 'pruned-at'`),
  ).toEqual([{ lately: true }])
})
