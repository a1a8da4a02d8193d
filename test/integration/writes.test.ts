import { type Cellar, defineFunction, defineTable, open, t, uuid7 } from 'cellar'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { coded } from '../support/problems.ts'

let calls = 0
let broken = false
const shout = defineFunction({
  name: 'writesShout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => {
    calls += 1
    if (broken || text === 'bad') throw new Error('broken')
    return text.toUpperCase()
  },
})
const things = defineTable('things', {
  id: t.int().primaryKey(),
  text: t.string(),
  n: t.int().default(7),
  note: t.string().nullable(),
})
  .computed('loud', (c) => shout({ text: c.text }))
  .computed('again', (c) => shout({ text: c.text }).concat('!'))
  .computed('next', (c) => c.n.add(1))
const soft = defineTable('soft', { id: t.int().primaryKey(), text: t.string() }).computed(
  'loud',
  (c) => shout({ text: c.text }),
  { onError: 'store' },
)
const keyed = defineTable('keyed', { a: t.int().primaryKey(), b: t.string().primaryKey(), n: t.int() })
const generated = defineTable('generated', { id: t.uuid().primaryKey().default(uuid7()), n: t.int() })
const later = defineTable('later', { id: t.int().primaryKey(), text: t.string() }).computed(
  'loud',
  (c) => shout({ text: c.text }),
  { mode: 'deferred' },
)
const tables = [things, soft, keyed, generated, later]

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply(tables)
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
afterEach(async () => {
  broken = false
  for (const table of tables) await cellar.delete(table as typeof things)
})

const all = () =>
  cellar
    .from(things)
    .orderBy((c) => c.id)
    .collect()
const row = (id: number, text = `t${id}`) => ({
  id,
  text,
  n: 7,
  note: null,
  loud: text.toUpperCase(),
  again: `${text.toUpperCase()}!`,
  next: 8,
})

describe('insert', () => {
  it('says how many, under which version, and gives the rows only when asked', async () => {
    const plain = await cellar.insert(things, [{ id: 1, text: 't1' }])
    expect(plain).toEqual({ count: 1, version: expect.any(Number), rows: [], errors: [] })
    const given = await cellar.insert(
      things,
      [
        { id: 3, text: 't3' },
        { id: 2, text: 't2' },
      ],
      { returnRows: true },
    )
    expect(given).toEqual({ count: 2, version: expect.any(Number), rows: [row(3), row(2)], errors: [] })
    expect(given.version).toBeGreaterThan(plain.version)
    expect(await all()).toEqual([row(1), row(2), row(3)])
    expect(await cellar.insert(things, [])).toEqual({ count: 0, version: 0, rows: [], errors: [] })
  })

  it('takes one object, and a stream in batches that reports its progress', async () => {
    await cellar.insert(things, { id: 1, text: 't1' })
    const done: number[] = []
    async function* many() {
      for (let id = 2; id < 3000; id += 1) yield { id, text: 'x' }
    }
    const result = await cellar.insert(things, many(), { onProgress: (progress) => void done.push(progress.done) })
    expect(result.count).toBe(2998)
    expect(done.at(-1)).toBe(2998)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(await cellar.from(things).count()).toBe(2999)
  })

  it('calls equal functions once for a row', async () => {
    calls = 0
    await cellar.insert(things, [
      { id: 1, text: 'a' },
      { id: 2, text: 'b' },
    ])
    expect(calls).toBe(2)
  })

  it('makes keys that it returns', async () => {
    const { rows } = await cellar.insert(generated, [{ n: 1 }, { n: 2 }], { returnRows: true })
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2)
    expect(
      await cellar
        .from(generated)
        .where((c) => c.id.eq(rows[1].id))
        .first(),
    ).toEqual({ id: rows[1].id, n: 2 })
  })

  it('ends with its signal, and nothing is written', async () => {
    await expect(
      cellar.insert(
        things,
        [
          { id: 1, text: 'a' },
          { id: 2, text: 'b' },
        ],
        { signal: AbortSignal.abort() },
      ),
    ).rejects.toThrowError(coded('ABORTED'))
    expect(await all()).toEqual([])
  })
})

describe('update', () => {
  it('takes values and expressions over the row as it was, and computes what depends on them', async () => {
    await cellar.insert(things, [
      { id: 1, text: 'a' },
      { id: 2, text: 'b' },
      { id: 3, text: 'c' },
    ])
    calls = 0
    const result = await cellar.update(things, (c) => ({ n: c.n.mul(c.id), note: c.text.concat('?') }), {
      where: (c) => c.id.lte(2),
      returnRows: true,
    })
    expect(result).toMatchObject({ count: 2, errors: [] })
    expect(result.rows.toSorted((x, y) => x.id - y.id)).toEqual([
      { ...row(1, 'a'), n: 7, note: 'a?', next: 8 },
      { ...row(2, 'b'), n: 14, note: 'b?', next: 15 },
    ])
    // What does not depend on the change is not computed again.
    expect(calls).toBe(0)
    await cellar.update(things, { text: 'z' })
    expect((await all()).map(({ loud, again, next }) => [loud, again, next])).toEqual([
      ['Z', 'Z!', 8],
      ['Z', 'Z!', 15],
      ['Z', 'Z!', 8],
    ])
  })

  it('finds rows by a function', async () => {
    await cellar.insert(things, [
      { id: 1, text: 'a' },
      { id: 2, text: 'b' },
    ])
    const result = await cellar.update(things, { n: 1 }, { where: (c) => shout({ text: c.text }).eq('B') })
    expect(result.count).toBe(1)
    expect((await all()).map(({ n }) => n)).toEqual([7, 1])
  })

  it('exchanges keys that are free when all is done', async () => {
    await cellar.insert(keyed, [
      { a: 1, b: 'x', n: 1 },
      { a: 2, b: 'x', n: 2 },
    ])
    await expect(cellar.update(keyed, { a: 1 })).rejects.toThrowError(coded('DUPLICATE_KEY'))
    expect(
      await cellar
        .from(keyed)
        .orderBy((c) => c.a)
        .collect(),
    ).toEqual([
      { a: 1, b: 'x', n: 1 },
      { a: 2, b: 'x', n: 2 },
    ])
  })
})

describe('batchUpdate', () => {
  it('changes rows by key, and leaves alone what is left out', async () => {
    await cellar.insert(things, [
      { id: 1, text: 'a', note: 'keep' },
      { id: 2, text: 'b' },
    ])
    const result = await cellar.batchUpdate(
      things,
      [
        { id: 2, n: 1 },
        { id: 1, text: 'z' },
      ],
      { returnRows: true },
    )
    expect(result).toMatchObject({
      count: 2,
      rows: [
        { id: 2, n: 1, next: 2 },
        { id: 1, text: 'z', note: 'keep', loud: 'Z' },
      ],
    })
    await cellar.insert(keyed, [
      { a: 1, b: 'x', n: 1 },
      { a: 1, b: 'y', n: 2 },
    ])
    await cellar.batchUpdate(keyed, [{ a: 1, b: 'y', n: 9 }])
    expect(
      await cellar
        .from(keyed)
        .orderBy((c) => c.b)
        .collect(),
    ).toEqual([
      { a: 1, b: 'x', n: 1 },
      { a: 1, b: 'y', n: 9 },
    ])
  })

  it('does with missing rows what it is told', async () => {
    await cellar.insert(things, [{ id: 1, text: 'a' }])
    const rows = [
      { id: 1, text: 'z' },
      { id: 2, text: 'new' },
    ]
    await expect(cellar.batchUpdate(things, rows)).rejects.toThrowError(coded('ROW_NOT_FOUND'))
    expect(await all()).toEqual([row(1, 'a')])
    expect(await cellar.batchUpdate(things, rows, { ifMissing: 'ignore' })).toMatchObject({ count: 1 })
    expect(await all()).toEqual([row(1, 'z')])
    expect(await cellar.batchUpdate(things, rows, { ifMissing: 'insert' })).toMatchObject({ count: 2 })
    expect(await all()).toEqual([row(1, 'z'), row(2, 'new')])
    await expect(cellar.batchUpdate(things, [{ text: 'x' } as never])).rejects.toThrowError(coded('MISSING_VALUE'))
  })
})

describe('delete', () => {
  it('says how many, and under which version', async () => {
    await cellar.insert(things, [
      { id: 1, text: 'a' },
      { id: 2, text: 'b' },
      { id: 3, text: 'c' },
    ])
    expect(await cellar.delete(things, { where: (c) => c.id.gt(1).and(c.text.ne('c')) })).toEqual({
      count: 1,
      version: expect.any(Number),
    })
    expect(await cellar.delete(things, { where: (c) => shout({ text: c.text }).eq('C') })).toMatchObject({ count: 1 })
    expect(await all()).toEqual([row(1, 'a')])
    expect(await cellar.delete(things)).toMatchObject({ count: 1 })
    expect(await cellar.delete(things)).toEqual({ count: 0, version: 0 })
  })
})

describe('compute', () => {
  it('gives the rows that an insert would store, and stores nothing', async () => {
    const result = await cellar.compute(things, [
      { id: 1, text: 't1' },
      { id: 2, text: 't2', n: 1 },
    ])
    expect(result).toEqual({ rows: [row(1), { ...row(2), n: 1, next: 2 }], errors: [] })
    expect(await all()).toEqual([])
    const failed = await cellar.compute(soft, [{ id: 1, text: 'bad' }])
    expect(failed).toMatchObject({
      rows: [{ id: 1, loud: null }],
      errors: [{ index: 0, column: 'loud', code: 'FUNCTION_FAILED' }],
    })
    await expect(cellar.compute(things, [{ id: 1, text: 'bad' }])).rejects.toThrowError(coded('CELL_FAILED'))
  })
})

describe('recompute', () => {
  it('computes stored cells again, all or only those that failed', async () => {
    broken = true
    await cellar.insert(soft, [
      { id: 1, text: 'a' },
      { id: 2, text: 'b' },
    ])
    broken = false
    await cellar.insert(soft, [{ id: 3, text: 'c' }])
    calls = 0
    const result = await cellar.recompute(soft, ['loud'], { onlyErrors: true })
    expect(result).toMatchObject({ count: 2, errors: [] })
    expect(calls).toBe(2)
    expect(
      (
        await cellar
          .from(soft)
          .orderBy((c) => c.id)
          .collect()
      ).map(({ loud }) => loud),
    ).toEqual(['A', 'B', 'C'])
    expect(await cellar.inspect.cellErrors()).toEqual([])
    expect(await cellar.recompute(soft, ['loud'], { where: (c) => c.id.eq(3) })).toMatchObject({ count: 1 })
    expect(await cellar.recompute(soft, ['loud'])).toMatchObject({ count: 3 })
  })

  it('stores what fails anew, and leaves the others', async () => {
    await cellar.insert(soft, [{ id: 1, text: 'a' }])
    broken = true
    expect(await cellar.recompute(soft, ['loud'])).toMatchObject({
      errors: [{ index: 0, column: 'loud', code: 'FUNCTION_FAILED' }],
    })
    expect(await cellar.from(soft).collect()).toEqual([{ id: 1, text: 'a', loud: null }])
    expect(await cellar.inspect.cellErrors({ path: 'soft' })).toMatchObject([
      { column: 'loud', code: 'FUNCTION_FAILED' },
    ])
    const states = await cellar
      .from(soft)
      .select((c) => ({ state: c.loud.state, error: c.loud.error }))
      .collect()
    expect(states).toEqual([{ state: 'failed', error: expect.stringContaining('broken') }])
    expect(
      await cellar
        .from(soft)
        .where((c) => c.loud.state.eq('failed'))
        .count(),
    ).toBe(1)
  })
})

describe('deferred cells', () => {
  it('wait in a visible row until somebody computes them', async () => {
    const { rows } = await cellar.insert(
      later,
      [
        { id: 1, text: 'a' },
        { id: 2, text: 'bad' },
      ],
      { returnRows: true },
    )
    expect(rows).toEqual([
      { id: 1, text: 'a', loud: null },
      { id: 2, text: 'bad', loud: null },
    ])
    expect(await cellar.inspect.describe('later')).toMatchObject({ cells: { failed: 0, pending: 2 } })
    const result = await cellar.recompute(later, ['loud'], { onError: 'store' })
    expect(result.errors).toMatchObject([{ column: 'loud', code: 'FUNCTION_FAILED' }])
    expect(
      (
        await cellar
          .from(later)
          .orderBy((c) => c.id)
          .collect()
      ).map(({ loud }) => loud),
    ).toEqual(['A', null])
    expect(await cellar.inspect.describe('later')).toMatchObject({ cells: { failed: 1, pending: 0 } })
  })
})
