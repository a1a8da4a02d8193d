import { count, defineFunction, defineTable, type Page, type PageOptions, rowNumber, t } from 'cellar'
import { describe, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const shout = defineFunction({
  name: 'pagesShout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => `${text}!`,
})
const items = defineTable('items', {
  id: t.int().primaryKey(),
  name: t.string().nullable(),
  score: t.float().nullable(),
  grade: t.int(),
  tags: t.json<string[]>().nullable(),
})
const scene = useCellar([items])

const COUNT = 37
async function fill() {
  await scene.cellar.insert(
    items,
    Array.from({ length: COUNT }, (_, id) => ({
      id,
      name: id % 4 === 0 ? null : `n${id % 3}`,
      score: id % 5 === 0 ? null : (id % 7) / 2,
      grade: id % 3,
      tags: [`t${id % 2}`],
    })),
  )
}

interface Paged<R> {
  collect(): Promise<R[]>
  page(options: PageOptions): Promise<Page<R>>
}

async function pages<R>(query: Paged<R>, limit: number): Promise<R[]> {
  const all: R[] = []
  let after: string | null = null
  do {
    const page: Page<R> = await query.page({ limit, after })
    expect(page.rows.length).toBeLessThanOrEqual(limit)
    if (page.next !== null) expect(page.rows).toHaveLength(limit)
    all.push(...page.rows)
    after = page.next
  } while (after !== null)
  return all
}

const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort()

describe('pages', () => {
  it('give the rows of the query, whatever its order, limit and offset', async () => {
    await fill()
    const { cellar } = scene
    let seed = Number(process.env.CELLAR_RANDOM_PAGES_SEED ?? 1)
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647
      return seed % below
    }
    for (let round = 0; round < 60; round += 1) {
      const at = seed
      const terms = Array.from({ length: random(4) }, () => random(12))
      let query = cellar
        .from(items)
        .where((c) => c.grade.lt(1 + random(3)))
        .orderBy((c) => {
          const columns = [c.name, c.score, c.grade, c.name.length()]
          const chosen = terms.map((term) => {
            const column = columns[term % 4] ?? c.grade
            return term < 4 ? column : term < 8 ? column.desc() : column.asc().nullsFirst()
          })
          // Without ties, so that the query by itself has one answer.
          return [...chosen, random(2) ? c.id : c.id.desc()]
        })
      if (random(2)) query = query.limit(random(30))
      if (random(2)) query = query.offset(random(8))
      expect(await pages(query, 1 + random(9)), `CELLAR_RANDOM_PAGES_SEED=${at}`).toEqual(await query.collect())
    }
  })

  it('stay within a limit, ties or not', async () => {
    await fill()
    const query = scene.cellar.from(items).orderBy((c) => c.grade)
    expect(await pages(query.limit(10), 4)).toHaveLength(10)
    expect(await pages(query.limit(10), 10)).toHaveLength(10)
    expect(await pages(query.limit(0), 4)).toEqual([])
    expect(await pages(query.offset(30), 4)).toHaveLength(COUNT - 30)
    const all = await pages(query.limit(COUNT), 5)
    expect(new Set(all.map((row) => JSON.stringify(row))).size).toBe(COUNT)
  })

  it('go through queries of queries, set operations, samples and windows', async () => {
    await fill()
    const { cellar } = scene
    const few = cellar.from(items).where((c) => c.grade.eq(1))
    const limited = cellar
      .from(items)
      .orderBy((c) => c.grade)
      .limit(20)
    const queries: readonly Paged<unknown>[] = [
      cellar.from(few.orderBy((c) => c.id)).select((c) => ({ name: c.name })),
      cellar.from(limited).select((c) => ({ id: c.id, grade: c.grade })),
      few.select((c) => ({ grade: c.grade })).unionAll(cellar.from(items).select((c) => ({ grade: c.grade }))),
      few.select((c) => ({ name: c.name })).union(cellar.from(items).select((c) => ({ name: c.name }))),
      cellar
        .from(items)
        .select((c) => ({ name: c.name }))
        .except(few.select((c) => ({ name: c.name }))),
      cellar
        .from(few)
        .join(items, (a, b) => a.grade.eq(b.grade).and(b.id.lt(9)), { type: 'left' })
        .select((a, b) => ({ a: a.id, b: b.name })),
      cellar
        .from(items)
        .sample({ n: 11, seed: 4 })
        .select((c) => ({ id: c.id })),
      cellar.from(items).select((c) => ({
        grade: c.grade,
        place: rowNumber().over({ partitionBy: c.grade, orderBy: c.id.desc() }),
      })),
      cellar
        .from(items)
        .groupBy((c) => ({ grade: c.grade, name: c.name }))
        .select((c) => ({ grade: c.grade, n: count() }))
        .orderBy((c) => c.n.desc())
        .limit(5),
      cellar.from(items).select(() => ({ n: count() })),
    ]
    for (const [index, query] of queries.entries()) {
      const whole = await query.collect()
      for (const limit of [1, 3, 7, 100]) {
        const paged = await pages(query, limit)
        // The groups of equal count that the limit leaves out may be others.
        if (index === 8) expect(paged).toHaveLength(5)
        else if (index !== 1) expect(sorted(paged), `query ${index}, limit ${limit}`).toEqual(sorted(whole))
        if (index === 1) expect(new Set(paged.map((row) => JSON.stringify(row))).size).toBe(20)
      }
    }
  })

  it('go through what JavaScript computes', async () => {
    await fill()
    const { cellar } = scene
    const loud = cellar
      .from(items)
      .where((c) => shout({ text: c.name }).ne('n1!'))
      .select((c) => ({ id: c.id, loud: shout({ text: c.name }) }))
      .orderBy((c) => c.id.desc())
    for (const query of [loud, loud.limit(8), loud.limit(8).offset(2), cellar.from(loud).select((c) => ({ id: c.id }))])
      expect(await pages(query, 3)).toHaveLength((await query.collect()).length)
    expect(await pages(loud.limit(8).offset(2), 3)).toEqual(await loud.limit(8).offset(2).collect())
    const byLoud = cellar.from(items).orderBy((c) => [shout({ text: c.name }).desc(), c.id])
    expect(await pages(byLoud, 5)).toEqual(await byLoud.collect())
  })

  it('refuse rows that cannot be told apart', async () => {
    const { cellar } = scene
    const tags = cellar
      .from(items)
      .select((c) => ({ tags: c.tags }))
      .distinct()
    await expect(tags.page()).rejects.toMatchObject({ code: 'INVALID_QUERY' })
    const sampled = cellar.from(cellar.from(items)).sample({ n: 2 })
    await expect(sampled.page()).rejects.toMatchObject({ code: 'INVALID_QUERY' })
  })
})
