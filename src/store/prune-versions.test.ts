import { expect, test } from 'vitest'
import { testDatabase } from '../../test/support/databases.ts'
import { contextOf } from '../cellar/context-of.ts'
import { open } from '../cellar/open.ts'
import { defineTable } from '../schema/define-table.ts'
import { t } from '../types/t.ts'
import { prune } from './prune.ts'
import { pruneHistory } from './prune-history.ts'
import { pruneVersions } from './prune-versions.ts'

const DAY = 86_400_000
const inDays = (days: number) => ({ now: new Date(Date.now() + days * DAY) })

async function scene() {
  const opened = await testDatabase('embedded')
  const cellar = await open(opened.options)
  const { database, ...context } = contextOf(cellar)
  return {
    cellar,
    context: { ...context, database },
    /** The numbers that are left, by table; `null` is the one of definitions. */
    async left() {
      const { rows } = await database.execute<{ path: string | null; numbers: string[] }>({
        text: `select t.path, to_jsonb(array_agg(v.version order by v.version)) as numbers from cellar.versions v
          left join cellar.tables t on t.id = v.table_id group by 1`,
      })
      return Object.fromEntries(rows.map(({ path, numbers }) => [path ?? 'none', numbers]))
    },
    async [Symbol.asyncDispose]() {
      await cellar.close()
      await opened[Symbol.asyncDispose]()
    },
  }
}

const columns = () => ({ id: t.int().primaryKey(), text: t.string() })
const month = defineTable('month', columns())
const forever = defineTable('forever', columns(), { history: true })
const bare = defineTable('bare', columns(), { history: false })
const dropped = defineTable('dropped', columns())

test('a number goes when its table keeps nothing of its time, the newest of which stays', async () => {
  await using all = await scene()
  const { cellar, context } = all
  await cellar.apply([month, bare])
  for (const table of [month, bare]) {
    await cellar.insert(table, [{ id: 1, text: 'first' }])
    await cellar.update(table, { text: 'second' })
    await cellar.update(table, { text: 'third' })
  }
  expect(await all.left()).toEqual({ none: [1], month: [2, 3, 4], bare: [5, 6, 7] })
  expect(await prune(context, inDays(0.5))).toEqual({ history: 0, versions: 0 })
  expect(await prune(context, inDays(2))).toEqual({ history: 0, versions: 2 })
  expect(await all.left()).toEqual({ none: [1], month: [2, 3, 4], bare: [7] })
  expect(await prune(context, inDays(29))).toEqual({ history: 0, versions: 0 })
  expect(await prune(context, inDays(31))).toEqual({ history: 2, versions: 2 })
  expect(await all.left()).toEqual({ none: [1], month: [4], bare: [7] })
  expect(await cellar.update(month, { text: 'fourth' })).toMatchObject({ version: 8 })
})

test('a number stays for ever where history does, and as long as a former row or a fill names it', async () => {
  await using all = await scene()
  const { cellar, context } = all
  await cellar.apply([month, forever])
  await cellar.insert(month, [
    { id: 1, text: 'first' },
    { id: 2, text: 'first' },
  ])
  await cellar.insert(month, [{ id: 3, text: 'never changed' }])
  await cellar.update(month, { text: 'second' }, { where: (c) => c.id.eq(1) })
  await cellar.update(month, { text: 'third' }, { where: (c) => c.id.eq(1) })
  await cellar.insert(forever, [{ id: 1, text: 'first' }])
  await cellar.insert(forever, [{ id: 2, text: 'first' }])
  const grown = month.computed('size', (c) => c.text.length())
  await cellar.apply([grown], { wait: false })
  expect(await all.left()).toEqual({ none: [1, 8], month: [2, 3, 4, 5], forever: [6, 7] })
  // The one that no former row begins or ends with.
  expect(await pruneVersions(context, inDays(31))).toBe(1)
  expect(await all.left()).toEqual({ none: [1, 8], month: [2, 4, 5], forever: [6, 7] })
  expect(await pruneHistory(context, inDays(31))).toBe(2)
  expect(await pruneVersions(context, inDays(31))).toBe(2)
  expect(await all.left()).toEqual({ none: [1, 8], month: [5], forever: [6, 7] })
})

test('numbers of dropped tables go, and those of definitions when no table keeps history of their time', async () => {
  await using all = await scene()
  const { cellar, context } = all
  await cellar.apply([month, dropped])
  await cellar.insert(dropped, [{ id: 1, text: 'first' }])
  await cellar.insert(dropped, [{ id: 2, text: 'first' }])
  await cellar.insert(dropped, [{ id: 3, text: 'first' }])
  await cellar.drop(dropped)
  await cellar.apply([bare])
  // The drop has the newest of them.
  expect(await pruneVersions(context, inDays(2))).toBe(3)
  expect(await pruneVersions(context, inDays(31))).toBe(1)
})

test('a number that a transaction may still come before stays', async () => {
  await using all = await scene()
  const { cellar, context } = all
  await cellar.apply([bare])
  await cellar.insert(bare, [{ id: 1, text: 'first' }])
  await cellar.insert(bare, [{ id: 2, text: 'first' }])
  const setXid = (xid: string) => context.database.execute({ text: `update cellar.versions set xid = '${xid}'` })
  await setXid('1000000000000')
  expect(await prune(context, inDays(31))).toEqual({ history: 0, versions: 0 })
  await setXid('3')
  expect(await prune(context, inDays(31))).toEqual({ history: 0, versions: 1 })
})
