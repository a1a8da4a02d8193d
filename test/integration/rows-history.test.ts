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
  readonly rowid: number
  readonly version: number
  readonly ended: number | null
  readonly value: number
  readonly loud: string
  readonly title: string
  readonly mark: string
}

/** All versions of one row, oldest first; the live one has not ended. */
const CHAIN = `select rowid::int, version::int, ended::int, value::int, loud, title, mark from (
    select "_rowid" as rowid, "_version" as version, "_ended" as ended, value, loud, title, mark
      from cellar_data."counters$history" where id = $1
    union all select "_rowid", "_version", null, value, loud, title, mark from cellar_data.counters where id = $1) s
  order by version`

const chainOf = (id: number) => scene.sql<Link>(CHAIN, [id])

/** Of a row that lives. */
function expectUnbroken(chain: readonly Link[]): void {
  expect(new Set(chain.map((link) => link.rowid)).size).toBe(1)
  for (const [place, link] of chain.entries()) {
    expect(link.ended).toBe(chain[place + 1]?.version ?? null)
    expect(link.loud).toBe(`${link.title.toUpperCase()}${link.mark}`)
  }
  expect(new Set(chain.map((link) => link.version)).size).toBe(chain.length)
}

const one = { where: (c: typeof counters.c) => c.id.eq(1) }
const increment = (c: typeof counters.c) => ({ value: c.value.add(1) })

/** Sixteen writers at once, each of which writes several times; what their writes came to. */
async function sixteen(
  writes: number,
  write: (writer: number, turn: number) => Promise<WriteLike>,
): Promise<WriteLike[]> {
  const results = await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      const own: WriteLike[] = []
      for (let turn = 0; turn < writes; turn += 1) own.push(await write(writer, turn))
      return own
    }),
  )
  return results.flat()
}

interface WriteLike {
  readonly count: number
  readonly version: number
}

/** Every write is a link of the chain, under its own number, and none is missing. */
async function expectLinks(writes: readonly WriteLike[]): Promise<readonly Link[]> {
  expect(writes.every(({ count }) => count === 1)).toBe(true)
  const chain = await chainOf(1)
  expectUnbroken(chain)
  const [, ...links] = chain.map(({ version }) => version)
  expect(links).toEqual(writes.map(({ version }) => version).sort((x, y) => x - y))
  return chain
}

test('sixteen writers on one row leave one unbroken chain of versions, whichever way they write', async () => {
  const { cellar } = scene
  await cellar.insert(counters, { id: 1, value: 0, title: 'a', mark: '!' })
  const writes = await sixteen(10, (writer, turn) => {
    const title = `w${writer}-${turn}`
    if (writer % 4 === 0) return cellar.update(counters, increment, one)
    // Reads `mark`, which others change: the row is read, evaluated and written if it has not moved.
    if (writer % 4 === 1) return cellar.update(counters, { title }, one)
    if (writer % 4 === 2) return cellar.batchUpdate(counters, [{ id: 1, title, mark: '?' }])
    return cellar.batchUpdate(counters, [{ id: 1, value: writer * 100 + turn }])
  })
  await expectLinks(writes)
})

test.each([
  ['increments', () => scene.cellar.update(counters, increment, one)],
  [
    'increments in transactions',
    // They conflict again and again: the deadline is not what this is about.
    () => scene.cellar.transaction((tx) => tx.update(counters, increment, one), { timeout: 60_000 }),
  ],
])('%s of concurrent writers are never lost', { timeout: 120_000 }, async (_, write) => {
  const { cellar } = scene
  await cellar.insert(counters, { id: 1, value: 0, title: 'a', mark: '!' })
  const chain = await expectLinks(await sixteen(5, write))
  expect(chain.map(({ value }) => value)).toEqual(Array.from({ length: 81 }, (_, value) => value))
  expect(await cellar.from(counters).first()).toMatchObject({ value: 80, next: 81 })
})

test.each([
  ['single', (row: CounterRow) => scene.cellar.insert(counters, row).catch(unlessTaken)],
  ['skipping', (row: CounterRow) => scene.cellar.insert(counters, [row], { onInvalid: 'skip' })],
])('chains stay unbroken beside deletes and %s inserts of the key', { timeout: 120_000 }, async (way, insert) => {
  const { cellar } = scene
  const row = { id: 1, value: 0, title: 'a', mark: '!' }
  await cellar.insert(counters, row)
  await sixteen(5, (writer) => {
    if (writer < 12) return cellar.update(counters, increment, one)
    return writer < 14 ? cellar.delete(counters, one) : insert(row)
  })
  const chain = await chainOf(1)
  for (const links of Map.groupBy(chain, ({ rowid }) => rowid).values()) {
    for (const [place, { version, ended }] of links.entries()) {
      if (place + 1 < links.length) expect(ended).toBe(links[place + 1]?.version)
      else if (ended !== null) expect(ended).toBeGreaterThan(version)
    }
  }
  if (way !== 'single') return
  // At any version at most one row has the key; inserts of many rows do not promise that.
  for (const [place, { ended }] of chain.entries()) {
    const next = chain[place + 1]
    if (next) expect(ended ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(next.version)
  }
})

interface CounterRow {
  readonly id: number
  readonly value: number
  readonly title: string
  readonly mark: string
}

function unlessTaken(error: { readonly code: string }): WriteLike {
  if (error.code !== 'DUPLICATE_KEY') throw error
  return { count: 0, version: 0 }
}

test('what updates and deletes replace moves into the history with the version that ended it', async () => {
  const { cellar } = scene
  const where = { where: (c: typeof counters.c) => c.id.eq(7) }
  const inserted = await cellar.insert(counters, { id: 7, value: 1, title: 'x', mark: '!' })
  const updated = await cellar.update(counters, { value: 2, title: 'y' }, where)
  const deleted = await cellar.delete(counters, where)
  expect([updated.count, deleted.count]).toEqual([1, 1])
  expect(await chainOf(7)).toMatchObject([
    { version: inserted.version, ended: updated.version, value: 1, loud: 'X!' },
    { version: updated.version, ended: deleted.version, value: 2, loud: 'Y!' },
  ])
  expect(await cellar.from(counters).count()).toBe(0)
})

test('every operation has its own number in cellar.versions; one that touches nothing has none', async () => {
  const { cellar } = scene
  const rows = Array.from({ length: 40 }, (_, id) => ({ id, value: id, title: `t${id}`, mark: '.' }))
  const single = await Promise.all(rows.map((row) => cellar.insert(counters, row, { label: 'one by one' })))
  const updated = await cellar.update(counters, { mark: '!' }, { where: (c) => c.id.lt(10), actor: 'ann' })
  const nothing = await cellar.update(counters, { mark: '!' }, { where: (c) => c.id.lt(0) })
  const removed = await cellar.delete(counters, { where: (c) => c.id.gte(30), label: 'gone' })
  expect(nothing).toMatchObject({ count: 0, version: 0 })
  expect(await cellar.delete(counters, { where: (c) => c.id.gte(30) })).toEqual({ count: 0, version: 0 })
  expect(new Set(single.map((result) => result.version)).size).toBe(40)
  const versions = await scene.sql(
    `select version::int, operation, actor, label from cellar.versions where operation <> 'apply' order by version`,
  )
  expect(versions).toHaveLength(42)
  expect(
    versions.filter((version) => version.operation === 'insert').every((version) => version.label === 'one by one'),
  ).toBe(true)
  expect(versions.slice(-2)).toMatchObject([
    { version: updated.version, operation: 'update', actor: 'ann', label: null },
    { version: removed.version, operation: 'delete', actor: null, label: 'gone' },
  ])
})

test('without history nothing is left behind', async () => {
  const { cellar } = scene
  await cellar.insert(plain, { id: 1, text: 'a' })
  const one = await cellar.batchUpdate(plain, [{ id: 1, text: 'b' }])
  const two = await cellar.update(plain, { text: 'c' })
  expect([one.count, two.count]).toEqual([1, 1])
  expect(await cellar.from(plain).collect()).toEqual([{ id: 1, text: 'c' }])
  expect(await cellar.delete(plain)).toMatchObject({ count: 1 })
  expect(await scene.sql(`select to_regclass('cellar_data."plain$history"') as history`)).toEqual([{ history: null }])
})
