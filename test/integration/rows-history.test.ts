import { defineFunction, defineTable, t } from 'cellar'
import { expect, test } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const shout = defineFunction({
  name: 'historyShout',
  args: { text: t.string(), mark: t.string() },
  returns: t.string(),
  run: async ({ text, mark }) => {
    await new Promise((resolve) => setImmediate(resolve))
    return `${text.toUpperCase()}${mark}`
  },
})

const counters = defineTable('counters', {
  id: t.int().primaryKey(),
  value: t.int(),
  title: t.string(),
  mark: t.string(),
})
  .computed('next', (c) => c.value.add(1))
  .computed('loud', (c) => shout({ text: c.title, mark: c.mark }))

const plain = defineTable('plain', { id: t.int().primaryKey(), text: t.string() }, { history: false })

const scene = useCellar([counters, plain])

interface Link extends Record<string, unknown> {
  readonly version: number
  readonly ended: number | null
  readonly value: number
  readonly loud: string
  readonly title: string
  readonly mark: string
}

/** All versions of one row, oldest first; the live one has not ended. */
const CHAIN = `select "_version"::int as version, ended::int, value::int, loud, title, mark from (
    select "_version", "_ended" as ended, value, loud, title, mark from cellar_data."counters$history" where id = $1
    union all select "_version", null, value, loud, title, mark from cellar_data.counters where id = $1) s
  order by 1`

function expectUnbroken(chain: readonly Link[]): void {
  for (const [place, link] of chain.entries()) {
    expect(link.ended).toBe(chain[place + 1]?.version ?? null)
    expect(link.loud).toBe(`${link.title.toUpperCase()}${link.mark}`)
  }
  expect(new Set(chain.map((link) => link.version)).size).toBe(chain.length)
}

test('sixteen writers on one row leave one unbroken chain of versions, whichever way they write', async () => {
  const { cellar } = scene
  await cellar.insert(counters, { id: 1, value: 0, title: 'a', mark: '!' })
  const writes = 10
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      for (let i = 0; i < writes; i += 1) {
        const title = `w${writer}-${i}`
        const where = { where: (c: typeof counters.c) => c.id.eq(1) }
        if (writer % 4 === 0) await cellar.update(counters, (c) => ({ value: c.value.add(1) }), where)
        // Reads `mark`, which others change: the row is read, evaluated and written if it has not moved.
        else if (writer % 4 === 1) await cellar.update(counters, { title }, where)
        else if (writer % 4 === 2) await cellar.batchUpdate(counters, [{ id: 1, title, mark: '?' }])
        else await cellar.batchUpdate(counters, [{ id: 1, value: writer * 100 + i }])
      }
    }),
  )
  const chain = await scene.sql<Link>(CHAIN, [1])
  expect(chain).toHaveLength(16 * writes + 1)
  expectUnbroken(chain)
})

test('increments by expression are never lost between concurrent writers', async () => {
  const { cellar } = scene
  await cellar.insert(counters, { id: 1, value: 0, title: 'a', mark: '!' })
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let i = 0; i < 5; i += 1) {
        await cellar.update(counters, (c) => ({ value: c.value.add(1) }), { where: (c) => c.id.eq(1) })
      }
    }),
  )
  const row = await cellar.from(counters).first()
  expect(row).toMatchObject({ value: 80, next: 81 })
  expectUnbroken(await scene.sql<Link>(CHAIN, [1]))
})

test('a deleted row moves into the history with the version that ended it', async () => {
  const { cellar } = scene
  const inserted = await cellar.insert(counters, { id: 7, value: 1, title: 'x', mark: '!' })
  const deleted = await cellar.delete(counters, { where: (c) => c.id.eq(7) })
  expect(deleted.count).toBe(1)
  expect(deleted.version).toBeGreaterThan(inserted.version)
  const chain = await scene.sql<Link>(CHAIN, [7])
  expect(chain).toMatchObject([{ version: inserted.version, ended: deleted.version, loud: 'X!' }])
  expect(await cellar.delete(counters, { where: (c) => c.id.eq(7) })).toEqual({ count: 0, version: 0 })
})

test('every operation has its own number in cellar.versions; one that touches nothing has none', async () => {
  const { cellar } = scene
  const rows = Array.from({ length: 40 }, (_, id) => ({ id, value: id, title: `t${id}`, mark: '.' }))
  const single = await Promise.all(rows.map((row) => cellar.insert(counters, row, { label: 'one by one' })))
  const updated = await cellar.update(counters, { mark: '!' }, { where: (c) => c.id.lt(10), actor: 'ann' })
  const nothing = await cellar.update(counters, { mark: '!' }, { where: (c) => c.id.lt(0) })
  const removed = await cellar.delete(counters, { where: (c) => c.id.gte(30) })
  expect(nothing).toMatchObject({ count: 0, version: 0 })
  expect(new Set(single.map((result) => result.version)).size).toBe(40)
  const versions = await scene.sql(
    `select version::int, operation, actor, label from cellar.versions where operation <> 'apply' order by version`,
  )
  expect(versions).toHaveLength(42)
  expect(
    versions.filter((version) => version.operation === 'insert').every((version) => version.label === 'one by one'),
  ).toBe(true)
  expect(versions.slice(-2)).toMatchObject([
    { version: updated.version, operation: 'update', actor: 'ann' },
    { version: removed.version, operation: 'delete', actor: null },
  ])
})

test('without history an update leaves nothing behind', async () => {
  const { cellar } = scene
  await cellar.insert(plain, { id: 1, text: 'a' })
  const one = await cellar.batchUpdate(plain, [{ id: 1, text: 'b' }])
  const two = await cellar.update(plain, { text: 'c' })
  expect([one.count, two.count]).toEqual([1, 1])
  expect(await cellar.from(plain).collect()).toEqual([{ id: 1, text: 'c' }])
  expect(await scene.sql(`select to_regclass('cellar_data."plain$history"') as history`)).toEqual([{ history: null }])
})
