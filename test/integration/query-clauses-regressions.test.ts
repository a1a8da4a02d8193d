import { type Cellar, coalesce, count, defineTable, exists, max, min, open, rank, scalar, sum, t } from 'cellar'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

const plants = defineTable('regressions.plants', {
  id: t.int().primaryKey(),
  name: t.string(),
  height: t.float(),
  bed: t.int().nullable(),
})

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([plants])
  await cellar.insert(plants, [
    { id: 1, name: 'Fern', height: 1.5, bed: 1 },
    { id: 2, name: 'ivy', height: 2.25, bed: 1 },
    { id: 3, name: 'Moss', height: 0.5, bed: null },
  ])
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

it('a value that JavaScript made does not take the place of the input of the next one', async () => {
  const rows = await cellar
    .from(plants)
    .select((c) => ({ id: c.id, rest: c.height.mod(1), loud: c.name.upper(), more: c.height.mod(2) }))
    .orderBy((r) => r.id)
    .collect()
  expect(rows).toEqual([
    { id: 1, rest: 0.5, loud: 'FERN', more: 1.5 },
    { id: 2, rest: 0.25, loud: 'IVY', more: 0.25 },
    { id: 3, rest: 0.5, loud: 'MOSS', more: 0.5 },
  ])
})

it('a group key that comes from the query around leaves the other columns of that query their names', async () => {
  const rows = await cellar
    .from(plants)
    .where((a) =>
      exists(
        cellar
          .from(plants)
          .groupBy((b) => ({ own: a.id, bed: b.bed }))
          .select((b) => ({ name: a.name, tall: max(max(b.height)).over({ orderBy: b.own }) })),
      ),
    )
    .select((c) => ({ id: c.id }))
    .collect()
  expect(rows).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
})

it('a condition that is a group key can begin a longer one', async () => {
  const rows = await cellar
    .from(plants)
    .groupBy((c) => ({ some: c.height.gt(1).or(c.bed.isNull()), name: c.name.concat('!') }))
    .having((c) => c.height.gt(1).or(c.bed.isNull()).or(c.some.not()))
    .select((c) => ({ name: c.name, label: c.name.concat('?') }))
    .orderBy((r) => r.name)
    .collect()
  expect(rows).toEqual(['Fern!', 'Moss!', 'ivy!'].map((name) => ({ name, label: `${name}?` })))
})

it('rows of a join that JavaScript filters can be counted by an aggregate', async () => {
  const filtered = cellar
    .from(plants)
    .join(plants, (a, b) => a.bed.eq(b.bed))
    .where((a, b) => a.name.upper().ne(b.name.upper()))
    .select(() => ({ n: count() }))
  expect(await filtered.collect()).toEqual([{ n: 2 }])
})

it('an aggregate of columns of the query around belongs to the query that it stands in', async () => {
  const rows = await cellar
    .from(plants)
    .select((a) => ({
      id: a.id,
      times: scalar(
        cellar
          .from(plants)
          .where((b) => b.height.gt(1))
          .select(() => ({ v: sum(a.height) })),
      ),
    }))
    .orderBy((r) => r.id)
    .collect()
  expect(rows).toEqual([
    { id: 1, times: 3 },
    { id: 2, times: 4.5 },
    { id: 3, times: 1 },
  ])
})

it('windows go over sums of groups', async () => {
  const rows = await cellar
    .from(plants)
    .groupBy((c) => ({ bed: c.bed }))
    .select((c) => ({
      bed: c.bed,
      total: sum(sum(c.height)).over(),
      place: rank().over({ orderBy: sum(c.height).desc() }),
    }))
    .orderBy((r) => r.place)
    .collect()
  expect(rows).toEqual([
    { bed: 1, total: 4.25, place: 1 },
    { bed: null, total: 4.25, place: 2 },
  ])
})

it('an aggregate takes what JavaScript makes of the value of a sub-query', async () => {
  const lowest = cellar
    .from(plants)
    .orderBy((b) => b.height)
    .limit(1)
    .select((b) => ({ name: b.name }))
  const query = cellar.from(plants).select(() => ({ loud: min(scalar(lowest).upper()) }))
  expect(await query.collect()).toEqual([{ loud: 'MOSS' }])
})

it('values that a join compares in JavaScript are no columns of the result', async () => {
  const query = cellar.from(plants).join(plants, (a, b) => a.name.upper().eq(b.name.lower()), { type: 'left' })
  expect((await query.orderBy((c) => c.id).collect()).map((row) => Object.keys(row).join())).toEqual([
    ...['id,name,height,bed', 'id,name,height,bed', 'id,name,height,bed'],
  ])
})

it('two keys can be the same expression', async () => {
  const query = cellar
    .from(plants)
    .groupBy((c) => ({ a: c.bed.isNull(), b: c.bed.isNull() }))
    .select((c) => ({ a: c.a, b: c.b, n: count() }))
    .orderBy((r) => r.n)
  expect(await query.collect()).toEqual([
    { a: true, b: true, n: 1 },
    { a: false, b: false, n: 2 },
  ])
})

it('only the aggregate of columns of the query around is made in an inner one', async () => {
  const rows = await cellar
    .from(plants)
    .select((a) => ({
      id: a.id,
      sum: scalar(
        cellar
          .from(plants)
          .having(() => a.height.gt(1))
          .select(() => ({ v: sum(a.height) })),
      ),
    }))
    .orderBy((r) => r.id)
    .collect()
  expect(rows.map((row) => row.sum)).toEqual([4.5, 6.75, null])
})

it('a source within a sub-query can name columns of the query around, beside JavaScript', async () => {
  const rows = await cellar
    .from(plants)
    .where((a) => {
      const higher = cellar
        .from(plants)
        .where((b) => b.height.gt(a.height))
        .select((b) => ({ id: b.id }))
      return a.name
        .upper()
        .ne('IVY')
        .and(exists(cellar.from(higher.union(higher))))
    })
    .orderBy((c) => c.id)
    .collect()
  expect(rows.map(({ id }) => id)).toEqual([1, 3])
})

it('several outer joins compare what JavaScript makes of one table', async () => {
  const rows = await cellar
    .from(plants)
    .join(plants, (a, b) => a.name.upper().eq(b.name.upper()), { type: 'left' })
    .join(plants, (a, _b, c) => a.name.lower().eq(c.name.lower()).and(c.height.gt(1)), { type: 'left' })
    .select((a, b, c) => ({ id: a.id, b: b.id, c: c.id }))
    .orderBy((r) => r.id)
    .collect()
  expect(rows).toEqual([
    { id: 1, b: 1, c: 1 },
    { id: 2, b: 2, c: 2 },
    { id: 3, b: 3, c: null },
  ])
})

it('what JavaScript makes of rows that an outer join leaves out is compared by the next one', async () => {
  const rows = await cellar
    .from(plants)
    .join(plants, (a, b) => a.id.add(1).eq(b.id), { type: 'left' })
    .join(plants, (_a, b, c) => coalesce(b.name.upper(), 'FERN').eq(c.name.upper()), { type: 'left' })
    .select((a, b, c) => ({ id: a.id, b: b.id, c: c.id }))
    .orderBy((r) => r.id)
    .collect()
  expect(rows).toEqual([
    { id: 1, b: 2, c: 2 },
    { id: 2, b: 3, c: 3 },
    { id: 3, b: null, c: 1 },
  ])
})

it('keys that JavaScript makes can be parts of what is selected', async () => {
  const rows = await cellar
    .from(plants)
    .groupBy((c) => ({ loud: c.name.upper(), rest: c.height.mod(1) }))
    .select((c) => ({ label: coalesce(c.loud, ''), rest: c.rest.add(c.rest), most: max(c.name.upper().lower()) }))
    .orderBy((r) => r.label)
    .collect()
  expect(rows).toEqual([
    { label: 'FERN', rest: 1, most: 'fern' },
    { label: 'IVY', rest: 0.5, most: 'ivy' },
    { label: 'MOSS', rest: 1, most: 'moss' },
  ])
})

it('keys and aggregates of a sub-query can both name a column of the query around', async () => {
  const rows = await cellar
    .from(plants)
    .select((a) => ({
      id: a.id,
      most: scalar(
        cellar
          .from(plants)
          .where((b) => b.id.eq(a.id))
          .groupBy((b) => ({ bed: coalesce(b.bed, a.id) }))
          .orderBy((g) => [max(a.height), g.bed])
          .select((g) => ({ bed: g.bed })),
      ),
    }))
    .orderBy((r) => r.id)
    .collect()
  expect(rows.map(({ most }) => most)).toEqual([1, 1, 3])
})

it('nor are they where several joins need them', async () => {
  const rows = await cellar
    .from(plants)
    .join(plants, (a, b) => a.name.upper().eq(b.name), { type: 'right' })
    .join(plants, (a, _b, c) => a.name.lower().eq(c.name), { type: 'left' })
    .collect()
  expect(rows).toEqual([1, 2, 3].map(() => ({ id: null, name: null, height: null, bed: null })))
})
