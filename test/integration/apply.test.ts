import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { coded } from '../support/problems.ts'

let gate = Promise.withResolvers<void>()
const gated = defineFunction({
  name: 'applyGated',
  args: { n: t.int() },
  returns: t.int(),
  run: async ({ n }) => {
    await gate.promise
    if (n === 13) throw new Error('unlucky')
    return n * 2
  },
})
const picky = defineFunction({
  name: 'applyPicky',
  args: { n: t.int() },
  returns: t.int(),
  requires: ['a-package-that-nobody-has'],
  run: ({ n }) => n,
})

const base = defineTable('numbers', { id: t.int().primaryKey(), n: t.int() })
const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ id: n, n }))

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
afterEach(async () => {
  gate.resolve()
  await cellar.drop('numbers').catch(() => {})
})

describe('apply', () => {
  it('does what plan says, once', async () => {
    const plan = await cellar.plan([base])
    expect(plan).toMatchObject({ changes: [{ kind: 'create-table', table: 'numbers' }], destructive: false })
    await expect(cellar.from(base).collect()).rejects.toThrowError(coded('TABLE_NOT_FOUND'))
    const applied = await cellar.apply([base])
    expect(applied).toEqual({ ...plan, version: expect.any(Number) })
    expect(await cellar.plan([base])).toEqual({ changes: [], destructive: false })
    expect((await cellar.apply([base])).changes).toEqual([])
  })

  it('adds columns to rows that are there', async () => {
    await cellar.apply([base])
    await cellar.insert(base, rows(3))
    const wider = defineTable('numbers', {
      id: t.int().primaryKey(),
      n: t.int(),
      note: t.string().nullable(),
      k: t.int().default(5),
    })
      .computed('next', (c) => c.n.add(1))
      .computed('twice', (c) => gated({ n: c.n }))
    gate.resolve()
    await cellar.apply([wider])
    expect(
      await cellar
        .from(wider)
        .where((c) => c.id.eq(2))
        .first(),
    ).toEqual({ id: 2, n: 2, note: null, k: 5, next: 3, twice: 4 })
    const strict = defineTable('numbers', { id: t.int().primaryKey(), n: t.int(), must: t.int() })
    await expect(cellar.apply([strict], { allowDestructive: true })).rejects.toThrowError(coded('COLUMN_NEEDS_DEFAULT'))
    expect(await cellar.from(wider).count()).toBe(3)
  })

  it('loses nothing unless told to', async () => {
    await cellar.apply([base])
    await cellar.insert(base, rows(3))
    const narrower = defineTable('numbers', { id: t.int().primaryKey() })
    expect(await cellar.plan([narrower])).toMatchObject({ destructive: true })
    await expect(cellar.apply([narrower])).rejects.toThrowError(coded('SCHEMA_DESTRUCTIVE'))
    expect(await cellar.from(base).count()).toBe(3)
    await cellar.apply([narrower], { allowDestructive: true })
    expect(
      await cellar
        .from(narrower)
        .orderBy((c) => c.id)
        .first(),
    ).toEqual({ id: 0 })
    await expect(cellar.insert(base, [{ id: 9, n: 9 }])).rejects.toThrowError(expect.objectContaining({ status: 409 }))
  })

  it('leaves the table readable and writable while new cells are computed', async () => {
    await cellar.apply([base])
    await cellar.insert(base, rows(20))
    gate = Promise.withResolvers()
    const wider = base.computed('twice', (c) => gated({ n: c.n }), { onError: 'store' })
    const applying = cellar.apply([wider])
    await expect.poll(() => cellar.plan([wider]).then(({ changes }) => changes.length)).toBe(0)
    expect(
      await cellar
        .from(wider)
        .where((c) => c.id.eq(1))
        .first(),
    ).toEqual({ id: 1, n: 1, twice: null })
    const writing = Promise.all([
      cellar.insert(wider, [{ id: 100, n: 100 }]),
      cellar.update(wider, { n: 50 }, { where: (c) => c.id.eq(5) }),
      cellar.delete(wider, { where: (c) => c.id.eq(6) }),
    ])
    gate.resolve()
    await Promise.all([applying, writing])
    const found = await cellar
      .from(wider)
      .orderBy((c) => c.id)
      .collect()
    expect(found).toHaveLength(20)
    for (const { n, twice } of found) expect(twice).toBe(n === 13 ? null : n * 2)
    expect(await cellar.inspect.cellErrors({ path: 'numbers' })).toMatchObject([
      { column: 'twice', code: 'FUNCTION_FAILED' },
    ])
  })

  it('does not wait for them where it is told so', async () => {
    await cellar.apply([base])
    await cellar.insert(base, rows(10))
    gate = Promise.withResolvers()
    const wider = base.computed('twice', (c) => gated({ n: c.n }))
    await cellar.apply([wider], { wait: false })
    expect(
      await cellar
        .from(wider)
        .where((c) => c.twice.isNull())
        .count(),
    ).toBe(10)
    gate.resolve()
    // Whoever applies again finishes it.
    await cellar.apply([wider])
    expect(
      await cellar
        .from(wider)
        .where((c) => c.twice.eq(c.n.mul(2)))
        .count(),
    ).toBe(10)
  })

  it('refuses a function whose package is missing before anything happens', async () => {
    await cellar.apply([base])
    await cellar.insert(base, rows(2))
    const wider = base.computed('same', (c) => picky({ n: c.n }))
    await expect(cellar.apply([wider])).rejects.toThrowError(coded('OPTIONAL_DEPENDENCY_MISSING'))
    expect(await cellar.plan([base])).toMatchObject({ changes: [] })
  })

  it('changes several tables together or not at all', async () => {
    await cellar.apply([base])
    await cellar.insert(base, rows(2))
    const first = defineTable('first', { id: t.int().primaryKey() })
    const broken = defineTable('numbers', { id: t.int().primaryKey(), n: t.int(), must: t.int() })
    await expect(cellar.apply([first, broken])).rejects.toThrowError(coded('COLUMN_NEEDS_DEFAULT'))
    await expect(cellar.getTable('first')).rejects.toThrowError(coded('TABLE_NOT_FOUND'))
  })
})
