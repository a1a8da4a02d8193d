import { type Cellar, caseWhen, coalesce, concat, defineFunction, defineTable, open, t } from 'cellar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { coded } from '../support/problems.ts'

const mirror = defineFunction({
  name: 'queriesMirror',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => [...text].reverse().join(''),
})
const things = defineTable('things', {
  id: t.int().primaryKey(),
  name: t.string().nullable(),
  n: t.int().nullable(),
  f: t.float().nullable(),
  meta: t.json<{ tags?: string[]; size?: number }>().nullable(),
  at: t.timestamp().nullable(),
}).computed('size', (c) => c.name.length())

const at = (day: number) => new Date(Date.UTC(2024, 0, day))
const rows = [
  { id: 1, name: 'apple', n: 3, f: 1.5, meta: { tags: ['red', 'sweet'], size: 1 }, at: at(1) },
  { id: 2, name: 'Banana', n: null, f: Number.NaN, meta: { tags: [] }, at: null },
  { id: 3, name: 'cherry', n: 1, f: Number.NEGATIVE_INFINITY, meta: null, at: at(3) },
  { id: 4, name: null, n: 2, f: null, meta: { size: 4 }, at: at(2) },
  { id: 5, name: 'ä_50%\\', n: 3, f: 0, meta: { tags: ['red'], size: 5 }, at: at(5) },
]

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([things])
  await cellar.insert(things, rows)
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

type C = (typeof things)['c']
const query = () => cellar.from(things)
const idsOf = async (found: ReturnType<typeof query>) => (await found.collect()).map(({ id }) => id)
/** The rows that match, found by Postgres and by a filter that has to run in JavaScript. */
async function both(condition: (c: C) => ReturnType<C['n']['isNull']> | ReturnType<C['n']['eq']>) {
  const plain = await idsOf(
    query()
      .where(condition as never)
      .orderBy((c) => c.id),
  )
  const always = (c: C) => mirror({ text: c.id.toText() }).isNotNull()
  const evaluated = await idsOf(
    query()
      .where(((c: C) => always(c).and(condition(c) as never)) as never)
      .orderBy((c) => c.id),
  )
  expect(evaluated).toEqual(plain)
  return plain
}

describe('where', () => {
  it.each<[string, (c: C) => ReturnType<C['n']['eq']>, number[]]>([
    ['equality leaves out nulls', (c) => c.n.eq(3), [1, 5]],
    ['inequality leaves out nulls', (c) => c.n.ne(3), [3, 4]],
    ['not leaves out nulls', (c) => c.n.eq(3).not(), [3, 4]],
    ['isNull finds them', (c) => c.n.isNull(), [2]],
    ['in leaves out nulls', (c) => c.n.in([1, 2]), [3, 4]],
    ['in of nothing is nothing', (c) => c.n.in([]), []],
    ['not in leaves out nulls', (c) => c.n.in([3]).not(), [3, 4]],
    ['or with a null side', (c) => c.n.eq(3).or(c.name.eq('Banana')), [1, 2, 5]],
    ['NaN equals itself', (c) => c.f.eq(Number.NaN), [2]],
    ['NaN is greatest', (c) => c.f.gt(1e300), [2]],
    ['-0 equals 0', (c) => c.f.eq(-0), [5]],
    ['between holds both bounds', (c) => c.n.between(1, 2), [3, 4]],
    ['text compares by code point', (c) => c.name.lt('a'), [2]],
    ['contains takes % and _ literally', (c) => c.name.contains('_50%'), [5]],
    ['contains takes \\ literally', (c) => c.name.contains('\\'), [5]],
    ['contains of nothing is every text', (c) => c.name.contains(''), [1, 2, 3, 5]],
    ['startsWith takes % literally', (c) => c.name.startsWith('%'), []],
    ['endsWith takes \\ literally', (c) => c.name.endsWith('%\\'), [5]],
    ['like has wildcards', (c) => c.name.like('_an%a'), [2]],
    ['like escapes', (c) => c.name.like('%\\_50\\%\\\\'), [5]],
    ['like matches the whole text', (c) => c.name.like('app'), []],
    ['like counts code points', (c) => c.name.like('______'), [2, 3, 5]],
    ['lower works on ASCII and beyond', (c) => c.name.lower().eq('banana').or(c.name.upper().startsWith('Ä')), [2, 5]],
    ['a path into JSON', (c) => c.meta.at('tags', 0).asText().eq('red'), [1, 5]],
    ['a path to nothing is null', (c) => c.meta.at('tags', 1).isNull(), [2, 3, 4, 5]],
    ['numbers in JSON', (c) => c.meta.at('size').asInt().gte(4), [4, 5]],
    ['division by zero is null', (c) => c.n.div(0).isNull(), [1, 2, 3, 4, 5]],
    ['overflow is null', (c) => c.n.add(Number.MAX_SAFE_INTEGER).isNull(), [1, 2, 3, 4, 5]],
    ["the sign of mod is the dividend's", (c) => c.n.sub(4).mod(2).eq(-1), [1, 3, 5]],
    ['timestamps', (c) => c.at.gte(at(3)), [3, 5]],
    ['parts of timestamps', (c) => c.at.day().eq(2), [4]],
    ['coalesce', (c) => coalesce(c.n, 9).eq(9), [2]],
    ['caseWhen', (c) => caseWhen([[c.n.gt(2), 'big']], 'small').eq('big'), [1, 5]],
    ['concat', (c) => concat(c.name, '!').endsWith('e!'), [1]],
    ['a computed column', (c) => c.size.eq(6), [2, 3, 5]],
  ])('%s', async (_, condition, expected) => {
    expect(await both(condition)).toEqual(expected)
  })

  it('calls functions, alone and beside what Postgres answers', async () => {
    expect(await idsOf(query().where((c) => mirror({ text: c.name }).startsWith('e')))).toEqual([1])
    expect(await idsOf(query().where((c) => mirror({ text: c.name }).contains('an').and(c.n.isNull())))).toEqual([2])
    expect(
      await query()
        .where((c) => mirror({ text: c.name }).contains('e'))
        .count(),
    ).toBe(2)
  })

  it('narrows with each call', async () => {
    expect(
      await idsOf(
        query()
          .where((c) => c.n.gte(2))
          .where((c) => c.f.gte(0))
          .orderBy((c) => c.id),
      ),
    ).toEqual([1, 5])
  })

  it('means the same in any order of calls', async () => {
    const selected = query().select((c) => ({ id: c.id, n: c.n }))
    const one = await selected
      .where((c) => c.n.eq(3))
      .limit(1)
      .orderBy((c) => c.id.desc())
      .collect()
    const other = await query()
      .limit(1)
      .orderBy((c) => c.id.desc())
      .where((c) => c.n.eq(3))
      .select((c) => ({ id: c.id, n: c.n }))
      .collect()
    expect([one, other]).toEqual([[{ id: 5, n: 3 }], [{ id: 5, n: 3 }]])
  })
})

describe('orderBy', () => {
  const orders: [string, (c: C) => never, number[]][] = [
    ['ascending: nulls last', (c) => [c.n.asc(), c.id] as never, [3, 4, 1, 5, 2]],
    ['descending: nulls first', (c) => [c.n.desc(), c.id] as never, [2, 1, 5, 4, 3]],
    ['floats: NaN greatest', (c) => c.f as never, [3, 5, 1, 2, 4]],
    ['text by code point', (c) => c.name as never, [2, 1, 3, 5, 4]],
    ['expressions', (c) => [c.n.mul(-1), c.id.desc()] as never, [5, 1, 4, 3, 2]],
    ['timestamps', (c) => c.at.desc() as never, [2, 5, 3, 4, 1]],
    ['conditions', (c) => [c.n.isNull().desc(), c.id] as never, [2, 1, 3, 4, 5]],
  ]
  it.each(orders)('%s, in Postgres and in JavaScript', async (_, order, expected) => {
    expect(await idsOf(query().orderBy(order as never))).toEqual(expected)
    const filtered = query().where((c) => mirror({ text: c.id.toText() }).isNotNull())
    expect(await idsOf(filtered.orderBy(order as never))).toEqual(expected)
  })

  it('takes functions', async () => {
    expect(await idsOf(query().orderBy((c) => [mirror({ text: c.name }), c.id]))).toEqual([5, 2, 1, 3, 4])
    expect(
      await idsOf(
        query()
          .orderBy((c) => [mirror({ text: c.name }).desc(), c.id])
          .limit(2),
      ),
    ).toEqual([4, 3])
  })
})

describe('limit and offset', () => {
  it.each([
    [undefined, 0, [1, 2, 3, 4, 5]],
    [2, 0, [1, 2]],
    [2, 1, [2, 3]],
    [2, 4, [5]],
    [0, 0, []],
    [10, 10, []],
  ])('of %s after %s', async (limit, offset, expected) => {
    const cut = (found: ReturnType<typeof query>) => (limit === undefined ? found : found.limit(limit)).offset(offset)
    expect(await idsOf(cut(query().orderBy((c) => c.id)))).toEqual(expected)
    const filtered = query()
      .where((c) => mirror({ text: c.id.toText() }).isNotNull())
      .orderBy((c) => c.id)
    expect(await idsOf(cut(filtered))).toEqual(expected)
    expect(await cut(query().orderBy((c) => c.id)).count()).toBe(expected.length)
    expect(await cut(filtered).count()).toBe(expected.length)
  })

  it('refuses what is no count', async () => {
    const failing = async (limit: unknown) =>
      query()
        .limit(limit as number)
        .collect()
    for (const limit of [-1, 1.5, Number.NaN, '1'])
      await expect(failing(limit)).rejects.toThrowError(
        expect.objectContaining({ code: expect.stringMatching(/INVALID/) }),
      )
  })
})

describe('a query', () => {
  it('selects columns, expressions and functions', async () => {
    const found = await query()
      .where((c) => c.id.eq(1))
      .select((c) => ({
        id: c.id,
        twice: c.n.mul(2),
        back: mirror({ text: c.name }),
        again: mirror({ text: c.name }).upper(),
        tag: c.meta.at('tags', 1),
      }))
      .collect()
    expect(found).toEqual([{ id: 1, twice: 6, back: 'elppa', again: 'ELPPA', tag: 'sweet' }])
  })

  it('computes several values of one column', async () => {
    const found = await query()
      .where((c) => c.id.eq(2))
      .select((c) => ({ lower: c.name.lower(), upper: c.name.upper(), back: mirror({ text: c.name }) }))
      .collect()
    expect(found).toEqual([{ lower: 'banana', upper: 'BANANA', back: 'ananaB' }])
  })

  it('gives the first row, or undefined', async () => {
    expect(
      await query()
        .orderBy((c) => c.id.desc())
        .first(),
    ).toMatchObject({ id: 5 })
    expect(
      await query()
        .where((c) => c.id.eq(99))
        .first(),
    ).toBeUndefined()
    expect(
      await query()
        .where((c) => c.id.eq(3))
        .first(),
    ).toEqual({ ...rows[2], size: 6 })
  })

  it('streams what it collects, and stops when nobody listens', async () => {
    const streamed: unknown[] = []
    for await (const row of query()
      .orderBy((c) => c.id)
      .stream())
      streamed.push(row)
    expect(streamed).toEqual(
      await query()
        .orderBy((c) => c.id)
        .collect(),
    )
    for await (const row of query()
      .orderBy((c) => c.id)
      .stream()) {
      expect(row.id).toBe(1)
      break
    }
    const evaluated: number[] = []
    for await (const row of query()
      .where((c) => mirror({ text: c.name }).isNotNull())
      .orderBy((c) => mirror({ text: c.name }))
      .stream())
      evaluated.push(row.id)
    expect(evaluated).toEqual([5, 2, 1, 3])
    // The connection is free again.
    expect(await query().count()).toBe(5)
  })

  it('can be written to while it streams', async () => {
    for await (const { id, n } of query()
      .orderBy((c) => c.id)
      .stream())
      await cellar.update(things, { n: n === null ? 0 : n + 1 }, { where: (c) => c.id.eq(id) })
    expect(
      (
        await query()
          .orderBy((c) => c.id)
          .collect()
      ).map(({ n }) => n),
    ).toEqual([4, 0, 2, 3, 4])
    for (const { id, n } of rows) await cellar.update(things, { n }, { where: (c) => c.id.eq(id) })
  })

  it('ends with its signal', async () => {
    const reason = AbortSignal.abort()
    await expect(query().collect({ signal: reason })).rejects.toThrowError(coded('ABORTED'))
    await expect(Array.fromAsync(query().stream({ signal: reason }))).rejects.toThrowError(coded('ABORTED'))
    const control = new AbortController()
    const reading = async () => {
      for await (const _ of query().stream({ signal: control.signal })) control.abort()
    }
    await expect(reading()).rejects.toThrowError(coded('ABORTED'))
    expect(await query().count()).toBe(5)
  })
})

describe('tables', () => {
  it('are listed, found by name, and gone when dropped', async () => {
    expect(await cellar.listTables()).toEqual([{ path: 'things', rows: 5, columns: 7 }])
    const found = await cellar.getTable('things')
    const collected = await cellar
      .from(found as typeof things)
      .where((c) => c.size.eq(5))
      .collect()
    expect(collected).toMatchObject([{ id: 1, size: 5 }])
    await expect(cellar.getTable('nothing')).rejects.toThrowError(coded('TABLE_NOT_FOUND'))
    const other = defineTable('my_dir.other', { id: t.int().primaryKey(), n: t.int() }).computed('next', (c) =>
      c.n.add(1),
    )
    await cellar.apply([other])
    await cellar.insert(other, [{ id: 1, n: 1 }])
    expect(await cellar.from((await cellar.getTable('my_dir.other')) as typeof other).collect()).toEqual([
      { id: 1, n: 1, next: 2 },
    ])
    await cellar.drop('my_dir.other')
    await expect(cellar.from(other).collect()).rejects.toThrowError(coded('TABLE_NOT_FOUND'))
    await expect(cellar.drop('my_dir.other')).rejects.toThrowError(coded('TABLE_NOT_FOUND'))
    await cellar.apply([other])
    expect(await cellar.from(other).count()).toBe(0)
    await cellar.drop(other)
  })
})
