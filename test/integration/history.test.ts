import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { connectSql, type Sql } from '../support/sql.ts'

const shout = defineFunction({
  name: 'historyShout',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => text.toUpperCase(),
})
const counters = defineTable('counters', { id: t.int().primaryKey(), n: t.int(), text: t.string() })
  .computed('next', (c) => c.n.add(1))
  .computed('loud', (c) => shout({ text: c.text }))
const plain = defineTable('plain', { id: t.int().primaryKey(), n: t.int() }, { history: false })

let database: TestDatabase
let cellar: Cellar
let sql: Sql

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([counters, plain])
  sql = await connectSql(database)
})
afterAll(async () => {
  await sql[Symbol.asyncDispose]()
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

interface Version {
  readonly _rowid: number
  readonly _version: string
  readonly _ended: string | null
  readonly n: number
}

/** What a row was, oldest first; the last one is live unless it was deleted. */
const chain = (id: number) =>
  sql.rows<Version>(
    `select _rowid, _version, _ended, n::int from cellar_data."counters$history" where id = $1
     union all select _rowid, _version, null, n::int from cellar_data.counters where id = $1 order by _rowid, _version`,
    [id],
  )

function expectUnbroken(versions: readonly Version[]) {
  for (const [index, { _ended, _version }] of versions.entries()) {
    const next = versions[index + 1]
    if (next) expect(_ended).toBe(next._version)
    if (_ended !== null) expect(BigInt(_ended)).toBeGreaterThan(BigInt(_version))
  }
}

describe('16 writers on one row', () => {
  it.each([
    [
      'by expression',
      (id: number) => cellar.update(counters, (c) => ({ n: c.n.add(1) }), { where: (c) => c.id.eq(id) }),
    ],
    ['by key', (id: number) => cellar.batchUpdate(counters, [{ id, text: `text ${Math.random()}` }])],
    [
      'in transactions',
      (id: number) =>
        cellar.transaction((tx) => tx.update(counters, (c) => ({ n: c.n.add(1) }), { where: (c) => c.id.eq(id) }), {
          timeout: 60_000,
        }),
    ],
  ])('leave one unbroken chain (%s)', { timeout: 120_000 }, async (how, write) => {
    const id = ['by expression', 'by key', 'in transactions'].indexOf(how) + 1
    await cellar.insert(counters, [{ id, n: 0, text: 'a' }])
    const versions = new Set<number>()
    const writer = async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        const { count, version } = await write(id)
        expect(count).toBe(1)
        versions.add(version)
      }
    }
    await Promise.all(Array.from({ length: 16 }, writer))
    const found = await chain(id)
    expect(found).toHaveLength(81)
    expect(new Set(found.map(({ _rowid }) => _rowid)).size).toBe(1)
    expectUnbroken(found)
    // Every operation has its own number, and none is missing from the chain.
    expect(new Set(found.slice(1).map(({ _version }) => Number(_version)))).toEqual(versions)
    if (how !== 'by key') expect(found.map(({ n }) => n)).toEqual(Array.from({ length: 81 }, (_, n) => n))
    const [row] = await cellar
      .from(counters)
      .where((c) => c.id.eq(id))
      .collect()
    expect(row?.next).toBe((row?.n ?? 0) + 1)
    expect(row?.loud).toBe(row?.text.toUpperCase())
  })

  it('do so beside deletes and new inserts of the key', { timeout: 120_000 }, async () => {
    await cellar.insert(counters, [{ id: 9, n: 0, text: 'a' }])
    const turns = (count: number, body: (turn: number) => Promise<unknown>) => async () => {
      for (let turn = 0; turn < count; turn += 1) await body(turn)
    }
    const where = { where: (c: (typeof counters)['c']) => c.id.eq(9) }
    const writers = [
      ...Array.from({ length: 12 }, () => turns(5, () => cellar.update(counters, (c) => ({ n: c.n.add(1) }), where))),
      ...Array.from({ length: 2 }, () => turns(5, () => cellar.delete(counters, where))),
      ...Array.from({ length: 2 }, () =>
        turns(5, () => cellar.insert(counters, [{ id: 9, n: 0, text: 'b' }], { onInvalid: 'skip' })),
      ),
    ]
    await Promise.all(writers.map((writer) => writer()))
    for (const versions of Map.groupBy(await chain(9), ({ _rowid }) => _rowid).values()) expectUnbroken(versions)
  })
})

describe('history', () => {
  it('keeps what updates and deletes replace, with the operation that did it', async () => {
    const inserted = await cellar.insert(counters, [{ id: 20, n: 1, text: 'a' }], { actor: 'ann', label: 'first' })
    const updated = await cellar.update(counters, { n: 2 }, { where: (c) => c.id.eq(20), actor: 'bob' })
    const deleted = await cellar.delete(counters, { where: (c) => c.id.eq(20), label: 'gone' })
    expect(await chain(20)).toMatchObject([
      { n: 1, _version: String(inserted.version), _ended: String(updated.version) },
      { n: 2, _version: String(updated.version), _ended: String(deleted.version) },
    ])
    const versions = await sql.rows(
      'select operation, actor, label from cellar.versions where version = any($1) order by version',
      [[inserted.version, updated.version, deleted.version]],
    )
    expect(versions).toEqual([
      { operation: 'insert', actor: 'ann', label: 'first' },
      { operation: 'update', actor: 'bob', label: null },
      { operation: 'delete', actor: null, label: 'gone' },
    ])
  })

  it('is not written for what fails, and changes nothing for what matches no row', async () => {
    await cellar.insert(counters, [
      { id: 21, n: 1, text: 'a' },
      { id: 22, n: 1, text: 'a' },
    ])
    await expect(cellar.update(counters, { id: 21 }, { where: (c) => c.id.eq(22) })).rejects.toThrowError()
    expect(await cellar.update(counters, { n: 5 }, { where: (c) => c.id.eq(-1) })).toMatchObject({
      count: 0,
      version: 0,
    })
    expect(await cellar.delete(counters, { where: (c) => c.id.eq(-1) })).toEqual({ count: 0, version: 0 })
    expect(await chain(21)).toHaveLength(1)
    expect(await chain(22)).toHaveLength(1)
  })

  it('can be done without', async () => {
    await cellar.insert(plain, [{ id: 1, n: 1 }])
    await cellar.update(plain, { n: 2 })
    await cellar.batchUpdate(plain, [{ id: 1, n: 3 }])
    expect(await cellar.from(plain).collect()).toEqual([{ id: 1, n: 3 }])
    await cellar.delete(plain)
    expect(await sql.rows(`select 1 from pg_tables where tablename = 'plain$history'`)).toEqual([])
  })
})
