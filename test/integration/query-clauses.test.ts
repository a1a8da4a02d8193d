import { concat, count, exists, lag, max, mean, rank, rowNumber, scalar, sum } from 'cellar'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { coded } from '../support/problems.ts'
import { quakes, shout, stations, useQuakes } from '../support/quakes.ts'

const scene = useQuakes()

describe('the queries of the guide', () => {
  it('group, join and look into JSON', async () => {
    const perBand = await scene.cellar
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
    const named = await scene.cellar
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
    const tagged = await scene.cellar
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
    scene.cellar
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
    const found = await scene.cellar
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
    const upper = await scene.cellar
      .from(quakes)
      .join(stations, (q, s) => q.place.upper().eq(s.place.upper()))
      .select((q, s) => ({ id: q.id, name: s.name }))
      .orderBy((r) => r.id)
      .collect()
    expect(upper.map(({ id }) => id).join('')).toBe('abcd')
    const left = await scene.cellar
      .from(quakes)
      .join(stations, (q, s) => q.place.upper().eq(s.place.upper()).and(s.name.ne('Suva')), { type: 'left' })
      .select((q, s) => ({ id: q.id, name: s.name }))
      .orderBy((r) => r.id)
      .collect()
    expect(left.map(({ id, name }) => `${id}:${name}`)).toEqual([
      ...['a:null', 'b:null', 'c:Andes', 'd:Andes', 'e:null', 'f:null'],
    ])
    const refused = scene.cellar
      .from(quakes)
      .join(stations, (q, s) => shout({ text: concat(q.place, s.place) }).eq('x'), { type: 'full' })
      .collect()
    await expect(refused).rejects.toMatchObject(coded('INVALID_QUERY'))
    const unequal = scene.cellar.from(quakes).join(stations, (q, s) => q.place.lt(s.place), { type: 'full' })
    await expect(unequal.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })
})

describe('windows', () => {
  it('give each row a value from the rows around it', async () => {
    const found = await scene.cellar
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
    const found = await scene.cellar
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
    const strongest = scene.cellar
      .from(quakes)
      .orderBy((c) => [c.magnitude.desc(), c.id])
      .limit(3)
      .select((c) => ({ id: c.id, place: c.place }))
    expect(
      await scene.cellar
        .from(strongest)
        .where((c) => c.place.ne('Iran'))
        .orderBy((c) => c.id)
        .collect(),
    ).toEqual([
      { id: 'a', place: 'Fiji' },
      { id: 'b', place: 'Fiji' },
    ])
    const ids = (query: typeof strongest) => query.orderBy((r) => r.id).collect()
    const fiji = scene.cellar
      .from(quakes)
      .where((c) => c.place.eq('Fiji'))
      .select((c) => ({ id: c.id, place: c.place }))
    expect((await ids(strongest.union(fiji))).map((r) => r.id).join('')).toBe('abe')
    expect((await ids(strongest.unionAll(fiji))).map((r) => r.id).join('')).toBe('aabbe')
    expect((await ids(strongest.except(fiji))).map((r) => r.id).join('')).toBe('e')
    expect((await ids(strongest.intersect(fiji))).map((r) => r.id).join('')).toBe('ab')
  })

  it('answer whether and which', async () => {
    const known = scene.cellar.from(stations).select((s) => ({ place: s.place }))
    const isIn = await scene.cellar
      .from(quakes)
      .where((c) => c.place.in(known).not())
      .orderBy((c) => c.id)
      .collect()
    expect(isIn.map(({ id }) => id).join('')).toBe('ef')
    const has = await scene.cellar
      .from(stations)
      .where((s) => exists(scene.cellar.from(quakes).where((q) => q.place.eq(s.place).and(q.magnitude.gt(6)))))
      .collect()
    expect(has).toEqual([{ place: 'Fiji', name: 'Suva' }])
    const counted = await scene.cellar
      .from(stations)
      .select((s) => ({
        name: s.name,
        n: scalar(
          scene.cellar
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
    const loud = scene.cellar
      .from(stations)
      .where((s) => s.name.upper().ne('SUVA'))
      .select((s) => ({ place: s.place.upper() }))
    const found = await scene.cellar
      .from(quakes)
      .where((c) => c.place.upper().in(loud))
      .orderBy((c) => c.id)
      .collect()
    expect(found.map(({ id }) => id).join('')).toBe('cd')
    const correlated = scene.cellar
      .from(stations)
      .where((s) => exists(scene.cellar.from(quakes).where((q) => q.place.upper().eq(s.place))))
    await expect(correlated.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })
})
