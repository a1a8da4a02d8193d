import { defineFunction, defineTable, open, t } from 'cellar'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { failure } from '../support/failure.ts'
import { useCellar } from '../support/use-cellar.ts'

let calls = 0
const join = defineFunction({
  name: 'updateJoin',
  args: { a: t.string(), b: t.int().nullable() },
  returns: t.string(),
  run: async ({ a, b }) => {
    calls += 1
    if (a === 'bad') throw new Error('bad input')
    return `${a}:${b}`
  },
})

const items = defineTable('items', {
  id: t.int().primaryKey(),
  code: t.string().unique(),
  title: t.string(),
  rank: t.int().nullable(),
  tags: t.json<string[]>().nullable(),
})
  .computed('loud', (c) => c.title.upper())
  .computed('label', (c) => join({ a: c.title, b: c.rank }))
  .computed('shout', (c) => c.label.upper())

const scene = useCellar([items])

beforeEach(() => {
  calls = 0
})

const row = (id: number, title = `t${id}`, rank: number | null = id) => ({ id, code: `c${id}`, title, rank })
const full = (id: number, title: string, rank: number | null, tags: string[] | null = null) => ({
  ...row(id, title, rank),
  tags,
  loud: title.toUpperCase(),
  label: `${title}:${rank}`,
  shout: `${title}:${rank}`.toUpperCase(),
})

test('an update changes the rows that match and computes again what depends on them, nothing else', async () => {
  const { cellar } = scene
  await cellar.insert(items, [row(1), row(2), row(3)])
  const result = await cellar.update(items, { title: 'new' }, { where: (c) => c.rank.gte(2), returnRows: true })
  expect(result).toMatchObject({ count: 2, errors: [], rows: [full(2, 'new', 2), full(3, 'new', 3)] })
  calls = 0
  const all = await cellar.update(items, { tags: ['x'] }, { returnRows: true })
  expect(calls).toBe(0)
  expect(all.rows).toEqual([full(1, 't1', 1, ['x']), full(2, 'new', 2, ['x']), full(3, 'new', 3, ['x'])])
  const nulled = await cellar.update(
    items,
    { rank: null, title: undefined },
    { where: (c) => c.id.eq(1), returnRows: true },
  )
  expect(nulled.rows).toEqual([full(1, 't1', null, ['x'])])
  expect(
    await cellar
      .from(items)
      .orderBy((c) => c.id)
      .collect(),
  ).toEqual([...nulled.rows, ...all.rows.slice(1)])
})

test('values may be expressions over the row as it was, evaluated by Postgres or in JavaScript', async () => {
  const { cellar } = scene
  await cellar.insert(items, [row(1, 'a', 10), row(2, 'b', 20)])
  const computed = await cellar.update(items, (c) => ({ rank: c.rank.add(1), title: c.title.concat(c.code) }), {
    returnRows: true,
  })
  expect(computed.rows).toEqual([full(1, 'ac1', 11), full(2, 'bc2', 21)])
  const swapped = await cellar.update(items, (c) => ({ code: c.title, title: c.code }), {
    where: (c) => c.id.eq(1),
    returnRows: true,
  })
  expect(swapped.rows).toEqual([{ ...full(1, 'c1', 11), code: 'ac1' }])
  const called = await cellar.update(items, (c) => ({ code: join({ a: c.title, b: c.id }) }), { returnRows: true })
  expect(called.rows.map((item) => item.code)).toEqual(['c1:1', 'bc2:2'])
})

test('a condition may call a function', async () => {
  const { cellar } = scene
  await cellar.insert(items, [row(1), row(2)])
  const where = { where: (c: typeof items.c) => join({ a: c.title, b: c.rank }).eq('t2:2') }
  expect(await cellar.update(items, { tags: ['hit'] }, where)).toMatchObject({ count: 1 })
  expect(
    await cellar
      .from(items)
      .where((c) => c.tags.isNotNull())
      .select((c) => ({ id: c.id }))
      .collect(),
  ).toEqual([{ id: 2 }])
  expect(await cellar.delete(items, where)).toMatchObject({ count: 1 })
  expect(await cellar.from(items).count()).toBe(1)
})

test('updating by condition and by key, with and without reading the rows, ends in the same rows', async () => {
  const { cellar } = scene
  const change = fc.record(
    {
      title: fc.string({ maxLength: 6 }),
      rank: fc.option(fc.integer({ min: -5, max: 5 })),
      tags: fc.option(fc.array(fc.string())),
    },
    { requiredKeys: [] },
  )
  const handler = { beforeWrite: () => {} } as object
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const results = []
      for (const way of ['condition', 'key', 'condition read', 'key read'] as const) {
        await cellar.delete(items)
        await cellar.insert(items, [row(1), row(2)])
        const options = { returnRows: true, ...(way.endsWith('read') ? handler : {}) } as const
        let last: unknown
        for (const values of changes) {
          last = way.startsWith('key')
            ? (await cellar.batchUpdate(items, [{ id: 1, ...values }], options)).rows
            : (await cellar.update(items, values, { where: (c) => c.id.eq(1), ...options })).rows
        }
        const empty = Object.keys(changes.at(-1) ?? {}).length === 0
        results.push({
          last: empty ? undefined : last,
          stored: await cellar
            .from(items)
            .orderBy((c) => c.id)
            .collect(),
        })
      }
      for (const result of results) expect(result).toEqual(results[0])
    }),
    { numRuns: 15 },
  )
})

test.each([
  ['an unknown column', { titel: 'x' }, 'UNKNOWN_COLUMN'],
  ['a computed column', { loud: 'x' }, 'INVALID_VALUE'],
  ['a wrong type', { title: 3 }, 'INVALID_VALUE'],
  ['null where none is allowed', { title: null }, 'MISSING_VALUE'],
])('%s is refused before anything is written', async (_, changes, code) => {
  const { cellar } = scene
  await cellar.insert(items, row(1))
  expect(await failure(cellar.update(items, changes as never))).toMatchObject({ code })
  expect(await failure(cellar.batchUpdate(items, [{ id: 1, ...changes }] as never))).toMatchObject({
    code,
    issues: [{ path: [0, Object.keys(changes)[0]] }],
  })
  expect(await cellar.from(items).collect()).toEqual([full(1, 't1', 1)])
})

test('a key that another row has, or a failing cell, leaves every row as it was', async () => {
  const { cellar } = scene
  await cellar.insert(items, [row(1), row(2), row(3)])
  const before = await cellar
    .from(items)
    .orderBy((c) => c.id)
    .collect()
  const taken = { code: 'DUPLICATE_KEY', details: { columns: 'code' } }
  expect(await failure(cellar.update(items, { code: 'c3' }, { where: (c) => c.id.eq(1) }))).toMatchObject(taken)
  expect(
    await failure(cellar.update(items, { code: 'c3', title: 'read' }, { where: (c) => c.id.eq(1) })),
  ).toMatchObject(taken)
  expect(
    await failure(
      cellar.batchUpdate(items, [
        { id: 2, code: 'x' },
        { id: 1, code: 'c3' },
      ]),
    ),
  ).toMatchObject(taken)
  expect(await failure(cellar.update(items, { title: 'bad' }))).toMatchObject({ code: 'CELL_FAILED' })
  const batch = [
    { id: 1, title: 'fine' },
    { id: 2, title: 'bad' },
  ]
  expect(await failure(cellar.batchUpdate(items, batch))).toMatchObject({
    code: 'CELL_FAILED',
    issues: [{ path: [1, 'label'] }],
  })
  expect(
    await cellar
      .from(items)
      .orderBy((c) => c.id)
      .collect(),
  ).toEqual(before)
  expect(await scene.sql('select count(*)::int as n from cellar_data."items$history"')).toEqual([{ n: 0 }])
})

test('a large update that has to know its rows changes all of them under one version', async () => {
  const { cellar } = scene
  await cellar.insert(
    items,
    Array.from({ length: 2_500 }, (_, id) => row(id)),
  )
  const seen: number[] = []
  const result = await cellar.update(items, { rank: 0 }, { onProgress: ({ done }) => seen.push(done) })
  expect(result.count).toBe(2_500)
  expect(seen.at(-1)).toBe(2_500)
  expect(
    await cellar
      .from(items)
      .where((c) => c.label.eq(c.title.concat(':0')))
      .count(),
  ).toBe(2_500)
  expect(await scene.sql('select distinct "_version"::int as version from cellar_data.items')).toEqual([
    { version: result.version },
  ])
})

test("two handles of one server database never lose each other's changes", async ({ skip }) => {
  const { cellar, database } = scene
  if (database.databaseUrl === undefined) skip('two processes cannot open one embedded home')
  await using other = await open(database.options)
  await cellar.insert(items, row(1, 'a', 0))
  const add = async (handle: typeof cellar) => {
    for (let i = 0; i < 10; i += 1) await handle.update(items, (c) => ({ rank: c.rank.add(1) }))
  }
  await Promise.all([add(cellar), add(other), add(cellar), add(other)])
  expect(await cellar.from(items).first()).toEqual(full(1, 'a', 40))
})
