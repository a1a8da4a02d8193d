import { all, any, count, defineTable, first, last, list, max, mean, min, stddev, sum, t } from 'cellar'
import { describe, expect, it } from 'vitest'
import { coded } from '../support/problems.ts'
import { at, quakes, shout, useQuakes } from '../support/quakes.ts'

const scene = useQuakes()

describe('groups', () => {
  it('have aggregates', async () => {
    const [row] = await scene.cellar
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
    const byLength = await scene.cellar
      .from(quakes)
      .groupBy((c) => ({ size: c.place.length() }))
      .select((c) => ({ size: c.size, more: c.place.length().add(1), n: count() }))
      .orderBy((r) => r.size)
      .collect()
    expect(byLength).toEqual([
      { size: 4, more: 5, n: 4 },
      { size: 5, more: 6, n: 2 },
    ])
    const byUpper = await scene.cellar
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
    const query = scene.cellar
      .from(quakes)
      .groupBy((c) => ({ band: c.band }))
      .select((c) => ({ place: c.place }))
    await expect(query.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
    expect(() => scene.cellar.from(quakes).where(() => count().gt(1))).toThrow(coded('INVALID_QUERY'))
    const nested = scene.cellar.from(quakes).select(() => ({ n: sum(count()) }))
    await expect(nested.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })

  it('add up whatever there is', async () => {
    const numbers = defineTable('clauses.numbers', { id: t.int().primaryKey(), x: t.float(), i: t.int() })
    await scene.cellar.apply([numbers])
    await scene.cellar.insert(numbers, [
      { id: 1, x: 1.7e308, i: Number.MAX_SAFE_INTEGER },
      { id: 2, x: 1.7e308, i: 1 },
      { id: 3, x: 1, i: 0 },
    ])
    const total = (ids: number[]) =>
      scene.cellar
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
    await scene.cellar.apply([huge])
    const kinds = { over: [1.7e308, 1.7e308], both: [1.7e308, 1.7e308, Number.NEGATIVE_INFINITY], small: [1.5, 2] }
    const rows = Object.entries(kinds).flatMap(([kind, values]) => values.map((x) => ({ kind, x })))
    await scene.cellar.insert(
      huge,
      rows.map((row, id) => ({ id, ...row })),
    )
    const totals = (from: typeof scene.cellar.from) =>
      from(huge)
        .groupBy((c) => ({ kind: c.kind }))
        .select((c) => ({ kind: c.kind, sum: sum(c.x), mean: mean(c.x) }))
        .orderBy((r) => r.kind)
    const expected = [
      { kind: 'both', sum: Number.NaN, mean: Number.NaN },
      { kind: 'over', sum: Number.POSITIVE_INFINITY, mean: Number.POSITIVE_INFINITY },
      { kind: 'small', sum: 3.5, mean: 1.75 },
    ]
    expect(await totals(scene.cellar.from).collect()).toEqual(expected)
    expect(await Array.fromAsync(totals(scene.cellar.from).stream())).toEqual(expected)
    expect((await totals(scene.cellar.from).page({ limit: 5 })).rows).toEqual(expected)
    expect(
      await totals(scene.cellar.from)
        .having((r) => r.sum.gt(1e300))
        .count(),
    ).toBe(2)
    await scene.cellar.transaction(async (tx) => {
      expect(await totals(tx.from).collect()).toEqual(expected)
      await tx.delete(huge, { where: (c) => c.kind.eq('small') })
    })
    expect(await scene.cellar.from(huge).count()).toBe(5)
  })
})
