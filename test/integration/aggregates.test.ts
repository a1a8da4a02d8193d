import { count, defineAggregate, defineFunction, defineQuery, defineTable, list, lookup, max, sum, t } from 'cellar'
import { beforeEach, describe, expect, it } from 'vitest'
import { coded } from '../support/problems.ts'
import { useCellar } from '../support/use-cellar.ts'

const total = defineAggregate({
  name: 'total',
  args: { n: t.int() },
  returns: t.int().nullable(),
  init: (): number | null => null,
  update: (state, { n }) => (state ?? 0) + n,
  value: (state) => state,
})
const joined = defineAggregate({
  name: 'joined',
  args: { text: t.string(), between: t.string().default(',') },
  returns: t.string(),
  init: () => ({ texts: [] as string[], between: '' }),
  update: (state, { text, between }) => {
    state.texts.push(text)
    state.between = between
  },
  value: ({ texts, between }) => texts.join(between),
})
let merges = 0
let updates = 0
/** The texts in their order, so that merging the wrong way round shows. */
const trail = defineAggregate({
  name: 'trail',
  args: { n: t.int() },
  returns: t.json<number[]>(),
  init: (): readonly number[] => [],
  update: (state, { n }) => {
    updates += 1
    return [...state, n]
  },
  merge: (first, second) => {
    merges += 1
    return [...first, ...second]
  },
  value: (state) => [...state],
})
const plainTrail = defineAggregate({
  name: 'plainTrail',
  args: { n: t.int() },
  returns: t.json<number[]>(),
  init: () => [] as number[],
  update: (state, { n }) => {
    state.push(n)
  },
  value: (state) => [...state],
})
const fussy = defineAggregate({
  name: 'fussy',
  args: { n: t.int() },
  returns: t.int(),
  init: () => 0,
  update: (_, { n }) => {
    if (n === 13) throw new RangeError('thirteen')
    return n
  },
  value: (state) => (state === 7 ? ('seven' as unknown as number) : state),
})
const double = defineFunction({
  name: 'aggregatesDouble',
  args: { n: t.int() },
  returns: t.int(),
  run: ({ n }) => n * 2,
})

const sales = defineTable('aggregates.sales', {
  id: t.int().primaryKey(),
  shop: t.string().nullable(),
  day: t.int(),
  n: t.int().nullable(),
})
const shops = defineTable('aggregates.shops', { name: t.string().primaryKey(), city: t.string() })
const scene = useCellar([sales, shops])

const rows = Array.from({ length: 200 }, (_, id) => ({
  id,
  shop: id % 5 === 0 ? null : `shop ${(id * 7) % 4}`,
  day: (id * 13) % 17,
  n: id % 6 === 0 ? null : (id * 31) % 23,
}))

beforeEach(async () => {
  await scene.cellar.insert(sales, rows)
  await scene.cellar.insert(shops, [
    { name: 'shop 0', city: 'Graz' },
    { name: 'shop 1', city: 'Graz' },
    { name: 'shop 2', city: 'Lodz' },
  ])
})

describe('groups', () => {
  it('are those of Postgres, null among them, and rows with null do not count', async () => {
    const found = await scene.cellar
      .from(sales)
      .groupBy((c) => ({ shop: c.shop, odd: c.day.mod(2) }))
      .select((c) => ({ shop: c.shop, odd: c.odd, ours: total({ n: c.n }), theirs: sum(c.n), rows: count() }))
      .orderBy((r) => [r.shop.asc(), r.odd.asc()])
      .collect()
    expect(found.length).toBeGreaterThan(8)
    expect(found.map((row) => row.ours)).toEqual(found.map((row) => row.theirs))
    expect(found.reduce((all, row) => all + row.rows, 0)).toBe(200)
    expect(found.at(-1)?.shop).toBeNull()
  })

  it('can be tested, ordered, limited and gone on with', async () => {
    const query = scene.cellar
      .from(sales)
      .where((c) => c.shop.isNull().not())
      .groupBy((c) => ({ shop: c.shop }))
      .having((c) => total({ n: c.n }).gt(0))
      .select((c) => ({ shop: c.shop, twice: total({ n: c.n }).mul(2), most: max(c.n) }))
      .orderBy((r) => r.twice.desc())
    const all = await query.collect()
    const expected = await scene.cellar
      .from(sales)
      .where((c) => c.shop.isNull().not())
      .groupBy((c) => ({ shop: c.shop }))
      .select((c) => ({ shop: c.shop, twice: sum(c.n).mul(2), most: max(c.n) }))
      .orderBy((r) => r.twice.desc())
      .collect()
    expect(all).toEqual(expected)
    expect(await query.limit(1).collect()).toEqual(all.slice(0, 1))
    expect(await query.count()).toBe(all.length)
    const streamed = []
    for await (const row of query.stream()) streamed.push(row)
    expect(streamed).toEqual(all)
    expect(
      await scene.cellar
        .from(query)
        .where((c) => c.most.gte(0))
        .count(),
    ).toBe(all.length)
  })

  it('take arguments and keys that JavaScript computes, and joined tables', async () => {
    const found = await scene.cellar
      .from(sales)
      .join(shops, (s, shop) => s.shop.eq(shop.name))
      .groupBy((_, shop) => ({ city: shop.city, parity: double({ n: shop.city.length() }) }))
      .select((s) => ({ city: s.city, parity: s.parity, ours: total({ n: double({ n: s.n }) }), theirs: sum(s.n) }))
      .orderBy((r) => r.city.asc())
      .collect()
    expect(found.map(({ city, parity }) => [city, parity])).toEqual([
      ['Graz', 8],
      ['Lodz', 8],
    ])
    for (const { ours, theirs } of found) expect(ours).toBe((theirs ?? 0) * 2)
  })

  it('take their rows in the order that is asked for', async () => {
    const found = await scene.cellar
      .from(sales)
      .where((c) => c.id.lt(8))
      .groupBy((c) => ({ odd: c.id.mod(2) }))
      .select((c) => ({ odd: c.odd, ids: joined({ text: c.id.toText(), between: '-' }, { orderBy: c.id.desc() }) }))
      .orderBy((r) => r.odd.asc())
      .collect()
    expect(found).toEqual([
      { odd: 0, ids: '6-4-2-0' },
      { odd: 1, ids: '7-5-3-1' },
    ])
  })

  it('exist without keys even where there is no row', async () => {
    const none = await scene.cellar
      .from(sales)
      .where((c) => c.id.lt(0))
      .select((c) => ({ total: total({ n: c.n }), text: joined({ text: c.shop }), rows: count(), most: max(c.n) }))
      .collect()
    expect(none).toEqual([{ total: null, text: '', rows: 0, most: null }])
    const [all] = await scene.cellar
      .from(sales)
      .select((c) => ({ ours: total({ n: c.n }), theirs: sum(c.n) }))
      .collect()
    expect(all?.ours).toBe(all?.theirs)
  })

  it('may be in a query within another', async () => {
    const totals = scene.cellar
      .from(sales)
      .groupBy((c) => ({ shop: c.shop }))
      .select((c) => ({ shop: c.shop, total: total({ n: c.n }) }))
    const found = await scene.cellar
      .from(shops)
      .join(totals, (shop, s) => shop.name.eq(s.shop))
      .select((shop, s) => ({ city: shop.city, total: s.total }))
      .collect()
    expect(found).toHaveLength(3)
  })

  it('work in a transaction', async () => {
    const found = await scene.cellar.transaction((tx) =>
      tx
        .from(sales)
        .select((c) => ({ ours: total({ n: c.n }), theirs: sum(c.n) }))
        .collect(),
    )
    expect(found[0]?.ours).toBe(found[0]?.theirs)
  })
})

describe('windows', () => {
  it.each([
    ['the partition', {}],
    ['rows up to the current one and its equals', { order: true }],
    ['rows up to the current one', { order: true, rows: { following: 0 } }],
    ['all rows of the partition', { order: true, rows: {} }],
    ['rows around', { order: true, rows: { preceding: 2, following: 1 } }],
    ['rows before', { order: true, rows: { preceding: 3, following: 0 } }],
    ['rows up to some after', { order: true, rows: { following: 2 } }],
  ])('over %s are those of Postgres', async (_, { order, rows: frame }: { order?: boolean; rows?: object }) => {
    for (const partitioned of [true, false]) {
      const found = await scene.cellar
        .from(sales)
        .select((c) => {
          const unique = frame ? [c.day.asc(), c.id.asc()] : [c.day.asc()]
          const window = {
            ...(partitioned ? { partitionBy: c.shop } : {}),
            ...(order ? { orderBy: unique } : {}),
            ...(frame ? { rows: frame } : {}),
          }
          return { id: c.id, ours: total({ n: c.n }).over(window), theirs: sum(c.n).over(window) }
        })
        .orderBy((r) => r.id.asc())
        .collect()
      expect(found.map((row) => row.id)).toEqual(rows.map((row) => row.id))
      expect(found.map((row) => row.ours)).toEqual(found.map((row) => row.theirs))
    }
  })

  it.each([
    { preceding: 0, following: 0 },
    { preceding: 5, following: 0 },
    { preceding: 2, following: 3 },
    { preceding: 40, following: 0 },
    { preceding: 500, following: 1 },
  ])('that slide merge states where they can, in order: %o', async (frame) => {
    merges = 0
    updates = 0
    const found = await scene.cellar
      .from(sales)
      .select((c) => {
        const window = { partitionBy: c.shop, orderBy: c.id, rows: frame }
        return { id: c.id, merged: trail({ n: c.n }).over(window), plain: plainTrail({ n: c.n }).over(window) }
      })
      .collect()
    expect(found).toHaveLength(200)
    expect(found.map((row) => row.merged)).toEqual(found.map((row) => row.plain))
    expect(updates).toBeLessThanOrEqual(400)
    expect(merges).toBeLessThanOrEqual(400)
  })

  it('of several kinds stand in one query, with conditions and values of JavaScript', async () => {
    const found = await scene.cellar
      .from(sales)
      .where((c) => double({ n: c.id }).lt(40))
      .select((c) => ({
        id: c.id,
        running: total({ n: double({ n: c.n }) }).over({ orderBy: c.id }),
        perShop: total({ n: c.n }).over({ partitionBy: double({ n: c.id.mod(2) }) }),
        doubled: double({ n: total({ n: c.n }).over({ orderBy: c.id }) }),
        theirs: sum(c.n).over({ orderBy: c.id }),
        theirShop: sum(c.n).over({ partitionBy: c.id.mod(2) }),
      }))
      .orderBy((r) => r.running.desc().nullsLast())
      .limit(5)
      .collect()
    expect(found).toHaveLength(5)
    for (const row of found) {
      expect(row.running).toBe((row.theirs ?? 0) * 2)
      expect(row.doubled).toBe(row.running)
      expect(row.perShop).toBe(row.theirShop)
    }
  })

  it('go over groups too', async () => {
    const found = await scene.cellar
      .from(sales)
      .groupBy((c) => ({ day: c.day }))
      .select((c) => ({
        day: c.day,
        ours: total({ n: sum(c.n) }).over({ orderBy: c.day }),
        theirs: sum(sum(c.n)).over({ orderBy: c.day }),
      }))
      .orderBy((r) => r.day.asc())
      .collect()
    expect(found).toHaveLength(17)
    expect(found.map((row) => row.ours)).toEqual(found.map((row) => row.theirs))
  })
})

describe('the version of an aggregate', () => {
  const declare = (version?: string, step = 1) =>
    step === 1
      ? defineAggregate({ ...tally, ...(version === undefined ? {} : { version }), update: (n) => n + 1 })
      : defineAggregate({ ...tally, ...(version === undefined ? {} : { version }), update: (n) => n + 2 })
  const tally = {
    name: 'tally',
    description: 'How many rows there are',
    args: {},
    returns: t.int(),
    init: () => 0,
    value: (n: number) => n,
  }
  const asked = (version?: string, step?: number) => {
    const aggregate = declare(version, step)
    const query = defineQuery('tallied', {}, (_, { from }) => from(sales).select(() => ({ n: aggregate({}) })))
    return defineTable('aggregates.asked', { id: t.int().primaryKey() }).computed('found', () => lookup(query, {}))
  }

  it('identifies it: two of one version cannot differ', () => {
    declare()
    declare('2', 2)
    expect(() => declare()).not.toThrow()
    expect(() => declare(undefined, 2)).toThrow(coded('DUPLICATE_DECLARATION'))
    expect(() => declare('')).toThrow(coded('INVALID_DECLARATION'))
    expect(() => defineAggregate({ ...tally, description: 1 as never, update: (n) => n })).toThrow(
      coded('INVALID_DECLARATION'),
    )
  })

  it('makes stale what was looked up with another one', async () => {
    const { cellar } = scene
    await cellar.apply([asked()])
    await cellar.insert(asked(), [{ id: 1 }])
    expect((await cellar.plan([asked()])).changes).toEqual([])
    const again = asked('2', 2)
    const { changes } = await cellar.plan([again])
    expect(changes.map(({ kind }) => kind)).toEqual(['change-function-version'])
    await cellar.apply([again])
    const states = cellar.from(again).select((c) => ({ state: c.found.state }))
    expect(await states.collect()).toEqual([{ state: 'stale' }])
  })
})

describe('what goes wrong', () => {
  const fussyOf = (n: number) =>
    scene.cellar
      .from(sales)
      .where((c) => c.id.eq(1))
      .select(() => ({ value: fussy({ n }) }))
      .collect()

  it('names the aggregate', async () => {
    await expect(fussyOf(13)).rejects.toThrow('Function fussy failed: thirteen')
    await expect(fussyOf(13)).rejects.toEqual(coded('FUNCTION_FAILED'))
    await expect(fussyOf(7)).rejects.toEqual(coded('FUNCTION_INVALID_RESULT'))
    expect(await fussyOf(1)).toEqual([{ value: 1 }])
  })

  it('is refused where it cannot be had', async () => {
    const refused = async (select: (c: (typeof sales)['c']) => object) => {
      const query = scene.cellar.from(sales).select(select as never)
      await expect(query.collect()).rejects.toEqual(coded('INVALID_QUERY'))
    }
    await refused((c) => ({ a: total({ n: c.n }), b: list(c.n) }))
    await refused((c) => ({ a: total({ n: c.n }), b: count(c.n, { distinct: true }) }))
    await refused((c) => ({ a: total({ n: c.n }, { orderBy: c.id }), b: total({ n: c.n }, { orderBy: c.day }) }))
    await refused((c) => ({ a: total({ n: c.n }).over({ orderBy: c.id, rows: { preceding: 1 } }) }))
    await refused((c) => ({ id: c.id, a: total({ n: c.n }) }))
    const { c } = sales
    expect(() => total({ n: c.n }, { orderBy: c.id }).over()).toThrow(coded('INVALID_QUERY'))
    expect(() => scene.cellar.from(sales).where(() => total({ n: c.n }).gt(1))).toThrow(coded('INVALID_QUERY'))
    expect(() => defineTable('aggregates.wrong', { n: t.int() }).computed('x', (w) => total({ n: w.n }))).toThrow(
      coded('INVALID_DECLARATION'),
    )
  })

  it('is refused where it is declared', () => {
    const spec = { name: 'odd', args: {}, returns: t.int(), init: () => 0, update: () => 1, value: () => 1 }
    const declare = (change: object) => () => defineAggregate({ ...spec, ...change } as typeof spec)
    expect(declare({ name: '1' })).toThrow(coded('INVALID_NAME'))
    expect(declare({ value: 1 })).toThrow(coded('INVALID_DECLARATION'))
    expect(declare({ merge: 1 })).toThrow(coded('INVALID_DECLARATION'))
    expect(declare({ async: true })).toThrow(coded('INVALID_DECLARATION'))
    expect(declare({ returns: t.image() })).toThrow(coded('INVALID_DECLARATION'))
    expect(() => total({ m: 1 } as never)).toThrow(coded('INVALID_DECLARATION'))
    expect(() => total({} as never)).toThrow(coded('INVALID_DECLARATION'))
  })
})
