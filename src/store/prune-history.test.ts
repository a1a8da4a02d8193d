import { expect, test } from 'vitest'
import { testDatabase } from '../../test/support/databases.ts'
import { contextOf } from '../cellar/context-of.ts'
import { open } from '../cellar/open.ts'
import { defineTable } from '../schema/define-table.ts'
import { t } from '../types/t.ts'
import { pruneHistory } from './prune-history.ts'

const DAY = 86_400_000

test('former rows go when their table keeps them no longer, and not before', async () => {
  await using opened = await testDatabase('embedded')
  await using cellar = await open(opened.options)
  const columns = () => ({ id: t.int().primaryKey(), text: t.string() })
  const month = defineTable('month', columns())
  const forever = defineTable('forever', columns(), { history: true })
  await cellar.apply([month, forever])
  for (const table of [month, forever]) {
    await cellar.insert(table, [{ id: 1, text: 'first' }])
    await cellar.update(table, { text: 'second' })
    await cellar.update(table, { text: 'third' })
  }
  const context = contextOf(cellar)
  const former = async (path: string) => {
    const { rows } = await context.database.execute({
      text: `select text from cellar_data."${path}$history" order by 1`,
    })
    return rows.map((row) => row.text)
  }
  expect(await pruneHistory(context, { now: new Date(Date.now() + 29 * DAY) })).toBe(0)
  expect(await pruneHistory(context, { now: new Date(Date.now() + 31 * DAY) })).toBe(2)
  expect([await former('month'), await former('forever')]).toEqual([[], ['first', 'second']])
  expect(await cellar.from(month).collect()).toEqual([{ id: 1, text: 'third' }])
})
