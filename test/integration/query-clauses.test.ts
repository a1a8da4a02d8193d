import {
  all,
  any,
  type Cellar,
  caseWhen,
  concat,
  count,
  defineFunction,
  defineTable,
  exists,
  first,
  lag,
  last,
  list,
  max,
  mean,
  min,
  open,
  type Page,
  type PageOptions,
  rank,
  rowNumber,
  scalar,
  stddev,
  sum,
  t,
} from 'cellar'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { coded } from '../support/problems.ts'

const shout = defineFunction({
  name: 'clausesShout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => `${text}!`,
})
const quakes = defineTable('geo.quakes', {
  id: t.string().primaryKey(),
  place: t.string(),
  magnitude: t.float(),
  depth: t.float().nullable(),
  at: t.timestamp(),
  meta: t.json().nullable(),
}).computed('band', (c) =>
  caseWhen(
    [
      [c.magnitude.gte(6), 'strong'],
      [c.magnitude.gte(4), 'moderate'],
    ],
    'light',
  ),
)
const stations = defineTable('geo.stations', { place: t.string().primaryKey(), name: t.string() })

const at = (day: number) => new Date(Date.UTC(2024, 0, day))
const rows = [
  { id: 'a', place: 'Fiji', magnitude: 6.5, depth: 10, at: at(1), meta: { tags: [3, 1] } },
  { id: 'b', place: 'Fiji', magnitude: 4.5, depth: null, at: at(2), meta: { tags: [3] } },
  { id: 'c', place: 'Chile', magnitude: 4.25, depth: 30, at: at(3), meta: { tags: [3] } },
  { id: 'd', place: 'Chile', magnitude: 2, depth: 5, at: at(4), meta: null },
  { id: 'e', place: 'Iran', magnitude: 6.5, depth: 20, at: at(5), meta: { tags: [3] } },
  { id: 'f', place: 'Oslo', magnitude: 1, depth: 2, at: at(6), meta: { tags: [3] } },
]

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([quakes, stations])
  await cellar.insert(quakes, rows)
  await cellar.insert(stations, [
    { place: 'Chile', name: 'Andes' },
    { place: 'Fiji', name: 'Suva' },
    { place: 'Mars', name: 'Insight' },
  ])
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

describe('the queries of the guide', () => {
  it('group, join and look into JSON', async () => {
    const perBand = await cellar
      .from(quakes)
      .groupBy((c) => ({ band: c.band }))
      .having(() => count().gt(1))
      .select((c) => ({ band: c.band, n: count(), mean: mean(c.magnitude), deepest: max(c.depth) }))
      .orderBy((r) => r.n.desc())
      .collect()
    expectTypeOf(perBand).toEqualTypeOf<{ band: string; n: number; mean: number | null; deepest: number | null }[]>()
    expect([...perBand].sort((a, b) => a.band.localeCompare(b.band))).toEqual([
      { band: 'light', n: 2, mean: 1.5, deepest: 5 },
      { band: 'moderate', n: 2, mean: 4.375, deepest: 30 },
      { band: 'strong', n: 2, mean: 6.5, deepest: 20 },
    ])
    const named = await cellar
      .from(quakes)
      .join(stations, (q, s) => q.place.eq(s.place), { type: 'left' })
      .select((q, s) => ({ id: q.id, station: s.name, label: concat(q.place.upper(), ' M', q.magnitude.toText()) }))
      .orderBy((r) => r.id.asc())
      .limit(5)
      .collect()
    expectTypeOf(named).toEqualTypeOf<{ id: string; station: string | null; label: string }[]>()
    expect(named).toEqual([
      { id: 'a', station: 'Suva', label: 'FIJI M6.5' },
      { id: 'b', station: 'Suva', label: 'FIJI M4.5' },
      { id: 'c', station: 'Andes', label: 'CHILE M4.25' },
      { id: 'd', station: 'Andes', label: 'CHILE M2' },
      { id: 'e', station: null, label: 'IRAN M6.5' },
    ])
    const tagged = await cellar
      .from(quakes)
      .where((c) => c.meta.at('tags', 0).eq(3).and(c.depth.isNull().not()))
      .orderBy((c) => c.at.desc())
      .limit(5)
      .offset(2)
      .select((c) => ({ id: c.id }))
      .collect()
    expect(tagged).toEqual([{ id: 'c' }, { id: 'a' }])
  })
})

describe('joins', () => {
  const pairs = (type: 'inner' | 'left' | 'right' | 'full' | 'cross') =>
    cellar
      .from(quakes)
      .join(stations, (q, s) => q.place.eq(s.place), { type })
      .select((q, s) => ({ id: q.id, name: s.name }))
      .orderBy((r) => [r.id, r.name])
      .collect()

  it('find rows, and rows without a partner where they are outer', async () => {
    expect((await pairs('inner')).map(({ id }) => id).join('')).toBe('abcd')
    expect((await pairs('left')).map(({ id }) => id).join('')).toBe('abcdef')
    expect((await pairs('right')).map(({ id }) => id ?? '-').join('')).toBe('abcd-')
    expect((await pairs('full')).map(({ id }) => id ?? '-').join('')).toBe('abcdef-')
    expect(await pairs('cross')).toHaveLength(18)
  })

  it('join a table with itself', async () => {
    const found = await cellar
      .from(quakes)
      .join(quakes, (a, b) => a.place.eq(b.place).and(a.at.lt(b.at)))
      .select((a, b) => ({ before: a.id, after: b.id }))
      .orderBy((r) => r.before)
      .collect()
    expect(found).toEqual([
      { before: 'a', after: 'b' },
      { before: 'c', after: 'd' },
    ])
  })

  it('compare what only JavaScript knows', async () => {
    const upper = await cellar
      .from(quakes)
      .join(stations, (q, s) => q.place.upper().eq(s.place.upper()))
      .select((q, s) => ({ id: q.id, name: s.name }))
      .orderBy((r) => r.id)
      .collect()
    expect(upper.map(({ id }) => id).join('')).toBe('abcd')
    const left = await cellar
      .from(quakes)
      .join(stations, (q, s) => q.place.upper().eq(s.place.upper()).and(s.name.ne('Suva')), { type: 'left' })
      .select((q, s) => ({ id: q.id, name: s.name }))
      .orderBy((r) => r.id)
      .collect()
    expect(left.map(({ id, name }) => `${id}:${name}`)).toEqual([
      ...['a:null', 'b:null', 'c:Andes', 'd:Andes', 'e:null', 'f:null'],
    ])
    const refused = cellar
      .from(quakes)
      .join(stations, (q, s) => shout({ text: concat(q.place, s.place) }).eq('x'), { type: 'full' })
      .collect()
    await expect(refused).rejects.toMatchObject(coded('INVALID_QUERY'))
    const unequal = cellar.from(quakes).join(stations, (q, s) => q.place.lt(s.place), { type: 'full' })
    await expect(unequal.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })
})

describe('groups', () => {
  it('have aggregates', async () => {
    const [row] = await cellar
      .from(quakes)
      .where((c) => c.place.in(['Fiji', 'Chile']))
      .select((c) => ({
        n: count(),
        deep: count(c.depth),
        places: count(c.place, { distinct: true }),
        sum: sum(c.magnitude),
        min: min(c.at),
        spread: stddev(c.depth),
        ids: list(c.id, { orderBy: c.at.desc() }),
        first: first(c.id, { orderBy: c.magnitude.desc() }),
        last: last(c.id, { orderBy: c.magnitude }),
        strong: any(c.magnitude.gt(6)),
        all: all(c.magnitude.gt(3)),
      }))
      .collect()
    expect(row).toEqual({
      n: 4,
      deep: 3,
      places: 2,
      sum: 17.25,
      min: at(1),
      spread: Math.sqrt(175),
      ids: ['d', 'c', 'b', 'a'],
      first: 'a',
      last: 'a',
      strong: true,
      all: false,
    })
  })

  it('have keys that are expressions, in JavaScript too', async () => {
    const byLength = await cellar
      .from(quakes)
      .groupBy((c) => ({ size: c.place.length() }))
      .select((c) => ({ size: c.size, more: c.place.length().add(1), n: count() }))
      .orderBy((r) => r.size)
      .collect()
    expect(byLength).toEqual([
      { size: 4, more: 5, n: 4 },
      { size: 5, more: 6, n: 2 },
    ])
    const byUpper = await cellar
      .from(quakes)
      .groupBy((c) => ({ place: c.place.upper() }))
      .having((c) => max(c.place.lower()).ne('oslo'))
      .select((c) => ({ place: c.place.lower(), n: count(), loud: shout({ text: max(c.id) }) }))
      .orderBy((r) => r.loud.upper().desc())
      .collect()
    expect(byUpper).toEqual([
      { place: 'iran', n: 1, loud: 'e!' },
      { place: 'chile', n: 2, loud: 'd!' },
      { place: 'fiji', n: 2, loud: 'b!' },
    ])
  })

  it('refuse what differs within them', async () => {
    const query = cellar
      .from(quakes)
      .groupBy((c) => ({ band: c.band }))
      .select((c) => ({ place: c.place }))
    await expect(query.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
    expect(() => cellar.from(quakes).where(() => count().gt(1))).toThrow(coded('INVALID_QUERY'))
    const nested = cellar.from(quakes).select(() => ({ n: sum(count()) }))
    await expect(nested.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })

  it('add up whatever there is', async () => {
    const numbers = defineTable('clauses.numbers', { id: t.int().primaryKey(), x: t.float(), i: t.int() })
    await cellar.apply([numbers])
    await cellar.insert(numbers, [
      { id: 1, x: 1.7e308, i: Number.MAX_SAFE_INTEGER },
      { id: 2, x: 1.7e308, i: 1 },
      { id: 3, x: 1, i: 0 },
    ])
    const total = (ids: number[]) =>
      cellar
        .from(numbers)
        .where((c) => c.id.in(ids))
        .select((c) => ({ x: sum(c.x), i: sum(c.i), mean: mean(c.i), spread: stddev(c.x) }))
        .first()
    expect(await total([1, 2, 3])).toEqual({
      x: Number.POSITIVE_INFINITY,
      i: null,
      mean: 2 ** 53 / 3,
      spread: Number.NaN,
    })
    expect(await total([3])).toEqual({ x: 1, i: 0, mean: 0, spread: null })
    expect(await total([])).toEqual({ x: null, i: null, mean: null, spread: null })
  })

  it('add up floats beyond the largest one, however the query is run', async () => {
    const huge = defineTable('clauses.huge', { id: t.int().primaryKey(), kind: t.string(), x: t.float() })
    await cellar.apply([huge])
    const kinds = { over: [1.7e308, 1.7e308], both: [1.7e308, 1.7e308, Number.NEGATIVE_INFINITY], small: [1.5, 2] }
    const rows = Object.entries(kinds).flatMap(([kind, values]) => values.map((x) => ({ kind, x })))
    await cellar.insert(
      huge,
      rows.map((row, id) => ({ id, ...row })),
    )
    const totals = (from: typeof cellar.from) =>
      from(huge)
        .groupBy((c) => ({ kind: c.kind }))
        .select((c) => ({ kind: c.kind, sum: sum(c.x), mean: mean(c.x) }))
        .orderBy((r) => r.kind)
    const expected = [
      { kind: 'both', sum: Number.NaN, mean: Number.NaN },
      { kind: 'over', sum: Number.POSITIVE_INFINITY, mean: Number.POSITIVE_INFINITY },
      { kind: 'small', sum: 3.5, mean: 1.75 },
    ]
    expect(await totals(cellar.from).collect()).toEqual(expected)
    expect(await Array.fromAsync(totals(cellar.from).stream())).toEqual(expected)
    expect((await totals(cellar.from).page({ limit: 5 })).rows).toEqual(expected)
    expect(
      await totals(cellar.from)
        .having((r) => r.sum.gt(1e300))
        .count(),
    ).toBe(2)
    await cellar.transaction(async (tx) => {
      expect(await totals(tx.from).collect()).toEqual(expected)
      await tx.delete(huge, { where: (c) => c.kind.eq('small') })
    })
    expect(await cellar.from(huge).count()).toBe(5)
  })
})

describe('windows', () => {
  it('give each row a value from the rows around it', async () => {
    const found = await cellar
      .from(quakes)
      .select((c) => ({
        id: c.id,
        n: rowNumber().over({ orderBy: c.at }),
        place: rank().over({ partitionBy: c.place, orderBy: c.magnitude.desc() }),
        running: sum(c.magnitude).over({ orderBy: c.at }),
        before: lag(c.id).over({ orderBy: c.at }),
        near: count().over({ orderBy: c.at, rows: { preceding: 1, following: 1 } }),
      }))
      .orderBy((r) => r.n)
      .limit(3)
      .collect()
    expect(found).toEqual([
      { id: 'a', n: 1, place: 1, running: 6.5, before: null, near: 2 },
      { id: 'b', n: 2, place: 2, running: 11, before: 'a', near: 3 },
      { id: 'c', n: 3, place: 1, running: 15.25, before: 'b', near: 3 },
    ])
  })

  it('look at the rows that conditions leave, in JavaScript too', async () => {
    const found = await cellar
      .from(quakes)
      .where((c) => c.place.upper().ne('FIJI'))
      .select((c) => ({
        n: rowNumber().over({ orderBy: c.at }),
        tag: shout({ text: lag(c.id).over({ orderBy: c.at }) }),
      }))
      .orderBy((r) => r.n)
      .collect()
    expect(found.map(({ n, tag }) => `${n}${tag}`)).toEqual(['1null', '2c!', '3d!', '4e!'])
  })
})

describe('queries in queries', () => {
  it('are sources, sets and values', async () => {
    const strongest = cellar
      .from(quakes)
      .orderBy((c) => [c.magnitude.desc(), c.id])
      .limit(3)
      .select((c) => ({ id: c.id, place: c.place }))
    expect(
      await cellar
        .from(strongest)
        .where((c) => c.place.ne('Iran'))
        .orderBy((c) => c.id)
        .collect(),
    ).toEqual([
      { id: 'a', place: 'Fiji' },
      { id: 'b', place: 'Fiji' },
    ])
    const ids = (query: typeof strongest) => query.orderBy((r) => r.id).collect()
    const fiji = cellar
      .from(quakes)
      .where((c) => c.place.eq('Fiji'))
      .select((c) => ({ id: c.id, place: c.place }))
    expect((await ids(strongest.union(fiji))).map((r) => r.id).join('')).toBe('abe')
    expect((await ids(strongest.unionAll(fiji))).map((r) => r.id).join('')).toBe('aabbe')
    expect((await ids(strongest.except(fiji))).map((r) => r.id).join('')).toBe('e')
    expect((await ids(strongest.intersect(fiji))).map((r) => r.id).join('')).toBe('ab')
  })

  it('answer whether and which', async () => {
    const known = cellar.from(stations).select((s) => ({ place: s.place }))
    const isIn = await cellar
      .from(quakes)
      .where((c) => c.place.in(known).not())
      .orderBy((c) => c.id)
      .collect()
    expect(isIn.map(({ id }) => id).join('')).toBe('ef')
    const has = await cellar
      .from(stations)
      .where((s) => exists(cellar.from(quakes).where((q) => q.place.eq(s.place).and(q.magnitude.gt(6)))))
      .collect()
    expect(has).toEqual([{ place: 'Fiji', name: 'Suva' }])
    const counted = await cellar
      .from(stations)
      .select((s) => ({
        name: s.name,
        n: scalar(
          cellar
            .from(quakes)
            .where((q) => q.place.eq(s.place))
            .select(() => ({ n: count() })),
        ),
      }))
      .orderBy((r) => r.name)
      .collect()
    expect(counted).toEqual([
      { name: 'Andes', n: 2 },
      { name: 'Insight', n: 0 },
      { name: 'Suva', n: 2 },
    ])
  })

  it('run in JavaScript where they have to', async () => {
    const loud = cellar
      .from(stations)
      .where((s) => s.name.upper().ne('SUVA'))
      .select((s) => ({ place: s.place.upper() }))
    const found = await cellar
      .from(quakes)
      .where((c) => c.place.upper().in(loud))
      .orderBy((c) => c.id)
      .collect()
    expect(found.map(({ id }) => id).join('')).toBe('cd')
    const correlated = cellar
      .from(stations)
      .where((s) => exists(cellar.from(quakes).where((q) => q.place.upper().eq(s.place))))
    await expect(correlated.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })
})

describe('rows', () => {
  it('are distinct', async () => {
    const query = cellar
      .from(quakes)
      .select((c) => ({ place: c.place.upper() }))
      .distinct()
      .orderBy((r) => r.place.desc())
    expect(await query.collect()).toEqual(['OSLO', 'IRAN', 'FIJI', 'CHILE'].map((place) => ({ place })))
    expect(await query.count()).toBe(4)
    const odd = cellar
      .from(quakes)
      .orderBy((c) => c.at)
      .select((c) => ({ place: c.place }))
      .distinct()
    await expect(odd.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })

  it('are ordered by what only JavaScript knows', async () => {
    const ordered = await cellar
      .from(quakes)
      .orderBy((c) => [c.place.upper().desc(), c.id])
      .limit(3)
      .collect()
    expect(ordered.map(({ id }) => id)).toEqual(['f', 'e', 'a'])
  })

  it('come first or last', async () => {
    expect((await cellar.from(quakes).head(2)).map(({ id }) => id)).toEqual(['a', 'b'])
    expect((await cellar.from(quakes).tail(2)).map(({ id }) => id)).toEqual(['e', 'f'])
    const ordered = cellar.from(quakes).orderBy((c) => c.at)
    await expect((async () => ordered.head())()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })

  it('are sampled, the same for the same seed', async () => {
    const sample = (seed: number) =>
      cellar
        .from(quakes)
        .sample({ n: 3, seed })
        .orderBy((c) => c.id)
        .collect()
    const some = await sample(1)
    expect(some).toHaveLength(3)
    expect(await sample(1)).toEqual(some)
    const others = await Promise.all([2, 3, 4, 5, 6].map(sample))
    expect(others.some((other) => JSON.stringify(other) !== JSON.stringify(some))).toBe(true)
    const half = cellar.from(quakes).sample({ fraction: 0.5, perGroup: (c) => c.place.upper() })
    expect((await half.collect()).map(({ place }) => place).sort()).toEqual(['Chile', 'Fiji', 'Iran', 'Oslo'])
    expect(() => cellar.from(quakes).sample({})).toThrow(coded('INVALID_QUERY'))
  })

  it('are streamed and counted, whatever the query', async () => {
    const query = cellar
      .from(quakes)
      .groupBy((c) => ({ place: c.place.upper() }))
      .select((c) => ({ place: c.place, n: count() }))
    const places: string[] = []
    for await (const { place } of query.stream()) places.push(place)
    expect(places.sort()).toEqual(['CHILE', 'FIJI', 'IRAN', 'OSLO'])
    expect(await query.count()).toBe(4)
    const { rows: answer } = await cellar.transaction(async (tx) => ({
      rows: await tx
        .from(quakes)
        .orderBy((c) => c.place.upper())
        .limit(1)
        .collect(),
    }))
    expect(answer).toHaveLength(1)
  })
})

describe('pages', () => {
  const items = defineTable('clauses.items', {
    id: t.int().primaryKey(),
    score: t.float().nullable(),
    name: t.string().nullable(),
    more: t.int().nullable(),
  })
  const scores = [null, 0.5, Number.NaN, 1.25, null, 0.5, -0, Number.NEGATIVE_INFINITY, 1.25, null, 0]
  const names = [null, 'a', 'B', 'b', 'A', 'ä', null, 'A']
  const many = Array.from({ length: 44 }, (_, id) => ({
    id,
    score: scores[id % scores.length] ?? null,
    name: names[id % names.length] ?? null,
  }))

  beforeAll(async () => {
    await cellar.apply([items])
    await cellar.insert(items, many)
  })

  /** All rows, page by page. */
  async function pages<R>(read: (options: PageOptions) => Promise<Page<R>>, limit: number) {
    const all: R[] = []
    let after: string | null = null
    do {
      const page: Page<R> = await read({ after, limit })
      expect(page.rows.length).toBeLessThanOrEqual(limit)
      all.push(...page.rows)
      after = page.next
    } while (after !== null)
    return all
  }

  it('give what one query gives, in any order', async () => {
    const orders = [
      cellar.from(items).orderBy((c) => [c.score, c.id]),
      cellar.from(items).orderBy((c) => [c.score.desc(), c.name.asc().nullsFirst(), c.id.desc()]),
      cellar.from(items).orderBy((c) => [c.name.lower().desc().nullsLast(), c.score.asc().nullsFirst(), c.id]),
      cellar.from(items).orderBy((c) => [c.more, c.id.desc()]),
    ]
    for (const query of orders) expect(await pages((options) => query.page(options), 7)).toEqual(await query.collect())
    const names = cellar.from(items).select((c) => ({ name: c.name }))
    const unordered = await pages((options) => names.page(options), 5)
    expect(unordered).toHaveLength(44)
  })

  it('go through groups, distinct rows and joins', async () => {
    const groups = cellar
      .from(items)
      .groupBy((c) => ({ name: c.name }))
      .select((c) => ({ name: c.name, n: count() }))
      .orderBy((r) => r.n.desc())
    expect((await pages((options) => groups.page(options), 2)).map(({ n }) => n)).toEqual(
      (await groups.collect()).map(({ n }) => n),
    )
    const names = cellar.from(items).select((c) => ({ name: c.name }))
    expect(await pages((options) => names.distinct().page(options), 2)).toHaveLength(6)
    const joined = cellar
      .from(items)
      .join(items, (a, b) => a.id.add(40).eq(b.id), { type: 'left' })
      .select((a, b) => ({ a: a.id, b: b.id }))
      .orderBy((r) => r.b.desc())
    expect(await pages((options) => joined.page(options), 6)).toEqual(
      await joined
        .collect()
        .then((all) =>
          all.sort((x, y) => (x.b === y.b ? x.a - y.a : x.b === null ? -1 : y.b === null ? 1 : y.b - x.b)),
        ),
    )
  })

  it('go on where they ended, in another process too', async () => {
    const query = () =>
      cellar
        .from(items)
        .where((c) => c.id.lt(10))
        .orderBy((c) => c.id)
    const first = await query().page({ limit: 4 })
    const rest = await query().page({ after: first.next, limit: 100 })
    expect([...first.rows, ...rest.rows].map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(rest.next).toBe(null)
    const other = await open({ ...database.options }).then(async (second) => {
      const found = await second
        .from(items)
        .where((c) => c.id.lt(10))
        .orderBy((c) => c.id)
        .page({ after: first.next })
      await second.close()
      return found
    })
    expect(other).toEqual(rest)
  })

  it('refuse cursors that are not theirs', async () => {
    const query = cellar.from(items).orderBy((c) => c.score)
    const { next } = await query.page({ limit: 2 })
    expect(next).not.toBe(null)
    const other = cellar.from(items).orderBy((c) => c.name)
    await expect(other.page({ after: next })).rejects.toMatchObject({ code: 'INVALID_CURSOR', status: 422 })
    for (const after of ['', 'x', `${next}x`, `x${next}`, '.', `${next?.split('.')[0]}.`])
      await expect(query.page({ after })).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
    await expect(query.limit(3).page({ after: next })).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
    await expect(query.page({ limit: 0 })).rejects.toMatchObject({ code: 'INVALID_QUERY' })
  })

  it('notice that the schema moved under them', async () => {
    const before = defineTable('clauses.moving', { id: t.int().primaryKey() })
    await cellar.apply([before])
    await cellar.insert(before, [{ id: 1 }, { id: 2 }])
    const { next } = await cellar.from(before).page({ limit: 1 })
    await cellar.apply([defineTable('clauses.moving', { id: t.int().primaryKey(), more: t.string().nullable() })])
    await expect(cellar.from(before).page({ after: next })).rejects.toMatchObject({
      code: 'CURSOR_OUTDATED',
      status: 409,
    })
  })
})

describe('explain', () => {
  it('tells what runs where', async () => {
    const plain = await cellar
      .from(quakes)
      .where((c) => c.magnitude.gt(6))
      .explain()
    expect(plain).toMatchObject({ rows: 2, steps: [{ runs: 'sql', rows: 2 }] })
    const mixed = await cellar
      .from(quakes)
      .groupBy((c) => ({ place: c.place.upper() }))
      .select((c) => ({ place: c.place, n: count() }))
      .explain()
    expect(mixed.rows).toBe(4)
    expect(mixed.steps.map(({ runs, rows: seen }) => [runs, seen])).toEqual([
      ['sql', 6],
      ['javascript', 6],
      ['sql', 4],
    ])
    expect(mixed.steps[1]).toMatchObject({ text: expect.stringContaining('text.upper') })
  })
})
