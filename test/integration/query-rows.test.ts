import { count, defineTable, open, type Page, type PageOptions, t } from 'cellar'
import { beforeAll, describe, expect, it } from 'vitest'
import { coded } from '../support/problems.ts'
import { quakes, useQuakes } from '../support/quakes.ts'

const scene = useQuakes()

describe('rows', () => {
  it('are distinct', async () => {
    const query = scene.cellar
      .from(quakes)
      .select((c) => ({ place: c.place.upper() }))
      .distinct()
      .orderBy((r) => r.place.desc())
    expect(await query.collect()).toEqual(['OSLO', 'IRAN', 'FIJI', 'CHILE'].map((place) => ({ place })))
    expect(await query.count()).toBe(4)
    const odd = scene.cellar
      .from(quakes)
      .orderBy((c) => c.at)
      .select((c) => ({ place: c.place }))
      .distinct()
    await expect(odd.collect()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })

  it('are ordered by what only JavaScript knows', async () => {
    const ordered = await scene.cellar
      .from(quakes)
      .orderBy((c) => [c.place.upper().desc(), c.id])
      .limit(3)
      .collect()
    expect(ordered.map(({ id }) => id)).toEqual(['f', 'e', 'a'])
  })

  it('come first or last', async () => {
    expect((await scene.cellar.from(quakes).head(2)).map(({ id }) => id)).toEqual(['a', 'b'])
    expect((await scene.cellar.from(quakes).tail(2)).map(({ id }) => id)).toEqual(['e', 'f'])
    const ordered = scene.cellar.from(quakes).orderBy((c) => c.at)
    await expect((async () => ordered.head())()).rejects.toMatchObject(coded('INVALID_QUERY'))
  })

  it('are sampled, the same for the same seed', async () => {
    const sample = (seed: number) =>
      scene.cellar
        .from(quakes)
        .sample({ n: 3, seed })
        .orderBy((c) => c.id)
        .collect()
    const some = await sample(1)
    expect(some).toHaveLength(3)
    expect(await sample(1)).toEqual(some)
    const others = await Promise.all([2, 3, 4, 5, 6].map(sample))
    expect(others.some((other) => JSON.stringify(other) !== JSON.stringify(some))).toBe(true)
    const half = scene.cellar.from(quakes).sample({ fraction: 0.5, perGroup: (c) => c.place.upper() })
    expect((await half.collect()).map(({ place }) => place).sort()).toEqual(['Chile', 'Fiji', 'Iran', 'Oslo'])
    expect(() => scene.cellar.from(quakes).sample({})).toThrow(coded('INVALID_QUERY'))
  })

  it('are streamed and counted, whatever the query', async () => {
    const query = scene.cellar
      .from(quakes)
      .groupBy((c) => ({ place: c.place.upper() }))
      .select((c) => ({ place: c.place, n: count() }))
    const places: string[] = []
    for await (const { place } of query.stream()) places.push(place)
    expect(places.sort()).toEqual(['CHILE', 'FIJI', 'IRAN', 'OSLO'])
    expect(await query.count()).toBe(4)
    const { rows: answer } = await scene.cellar.transaction(async (tx) => ({
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
    await scene.cellar.apply([items])
    await scene.cellar.insert(items, many)
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
      scene.cellar.from(items).orderBy((c) => [c.score, c.id]),
      scene.cellar.from(items).orderBy((c) => [c.score.desc(), c.name.asc().nullsFirst(), c.id.desc()]),
      scene.cellar.from(items).orderBy((c) => [c.name.lower().desc().nullsLast(), c.score.asc().nullsFirst(), c.id]),
      scene.cellar.from(items).orderBy((c) => [c.more, c.id.desc()]),
    ]
    for (const query of orders) expect(await pages((options) => query.page(options), 7)).toEqual(await query.collect())
    const names = scene.cellar.from(items).select((c) => ({ name: c.name }))
    const unordered = await pages((options) => names.page(options), 5)
    expect(unordered).toHaveLength(44)
  })

  it('go through groups, distinct rows and joins', async () => {
    const groups = scene.cellar
      .from(items)
      .groupBy((c) => ({ name: c.name }))
      .select((c) => ({ name: c.name, n: count() }))
      .orderBy((r) => r.n.desc())
    expect((await pages((options) => groups.page(options), 2)).map(({ n }) => n)).toEqual(
      (await groups.collect()).map(({ n }) => n),
    )
    const names = scene.cellar.from(items).select((c) => ({ name: c.name }))
    expect(await pages((options) => names.distinct().page(options), 2)).toHaveLength(6)
    const joined = scene.cellar
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
      scene.cellar
        .from(items)
        .where((c) => c.id.lt(10))
        .orderBy((c) => c.id)
    const first = await query().page({ limit: 4 })
    const rest = await query().page({ after: first.next, limit: 100 })
    expect([...first.rows, ...rest.rows].map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(rest.next).toBe(null)
    const other = await open({ ...scene.database.options }).then(async (second) => {
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
    const query = scene.cellar.from(items).orderBy((c) => c.score)
    const { next } = await query.page({ limit: 2 })
    expect(next).not.toBe(null)
    const other = scene.cellar.from(items).orderBy((c) => c.name)
    await expect(other.page({ after: next })).rejects.toMatchObject({ code: 'INVALID_CURSOR', status: 422 })
    for (const after of ['', 'x', `${next}x`, `x${next}`, '.', `${next?.split('.')[0]}.`])
      await expect(query.page({ after })).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
    await expect(query.limit(3).page({ after: next })).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
    await expect(query.page({ limit: 0 })).rejects.toMatchObject({ code: 'INVALID_QUERY' })
  })

  it('notice that the schema moved under them', async () => {
    const before = defineTable('clauses.moving', { id: t.int().primaryKey() })
    await scene.cellar.apply([before])
    await scene.cellar.insert(before, [{ id: 1 }, { id: 2 }])
    const { next } = await scene.cellar.from(before).page({ limit: 1 })
    await scene.cellar.apply([defineTable('clauses.moving', { id: t.int().primaryKey(), more: t.string().nullable() })])
    await expect(scene.cellar.from(before).page({ after: next })).rejects.toMatchObject({
      code: 'CURSOR_OUTDATED',
      status: 409,
    })
  })
})

describe('explain', () => {
  it('tells what runs where', async () => {
    const plain = await scene.cellar
      .from(quakes)
      .where((c) => c.magnitude.gt(6))
      .explain()
    expect(plain).toMatchObject({ rows: 2, steps: [{ runs: 'sql', rows: 2 }] })
    const mixed = await scene.cellar
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
