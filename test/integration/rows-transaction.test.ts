import { type CellarError, defineFunction, defineTable, t } from 'cellar'
import { expect, test } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const slow = defineFunction({ name: 'txSlow', args: { n: t.int() }, returns: t.int(), run: async ({ n }) => n * 2 })
const quick = defineFunction({
  name: 'txQuick',
  args: { n: t.int() },
  returns: t.int(),
  cheap: true,
  run: ({ n }) => n * 3,
})

const accounts = defineTable('accounts', { id: t.int().primaryKey(), amount: t.int() }).computed('triple', (c) =>
  quick({ n: c.amount }),
)
const entries = defineTable('entries', { id: t.int().primaryKey(), text: t.string() }).computed('loud', (c) =>
  c.text.upper(),
)
const heavy = defineTable('heavy', { id: t.int().primaryKey(), n: t.int(), note: t.string().nullable() }).computed(
  'double',
  (c) => slow({ n: c.n }),
)
const waiting = defineTable('waiting', { id: t.int().primaryKey(), n: t.int() }).computed(
  'double',
  (c) => slow({ n: c.n }),
  { mode: 'deferred' },
)
const pictures = defineTable('pictures', { id: t.int().primaryKey(), photo: t.image() })

const scene = useCellar([accounts, entries, heavy, waiting, pictures])

const failure = (promise: Promise<unknown>): Promise<CellarError> =>
  promise.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: CellarError) => error,
  )

test('writes to several tables are all there or none of them', async () => {
  const { cellar } = scene
  await cellar.transaction(async (tx) => {
    await tx.insert(accounts, [
      { id: 1, amount: 10 },
      { id: 2, amount: 20 },
    ])
    await tx.insert(entries, { id: 1, text: 'opened' })
    await tx.update(accounts, (c) => ({ amount: c.amount.add(5) }), { where: (c) => c.id.eq(1) })
    await tx.batchUpdate(accounts, [{ id: 2, amount: 25 }])
    expect(
      await tx
        .from(accounts)
        .where((c) => c.triple.eq(45))
        .count(),
    ).toBe(1)
  })
  expect(
    await cellar
      .from(accounts)
      .orderBy((c) => c.id)
      .collect(),
  ).toEqual([
    { id: 1, amount: 15, triple: 45 },
    { id: 2, amount: 25, triple: 75 },
  ])
  const before = await cellar
    .from(accounts)
    .orderBy((c) => c.id)
    .collect()
  const undone = cellar.transaction(async (tx) => {
    await tx.delete(accounts)
    await tx.insert(entries, { id: 2, text: 'gone' })
    throw new TypeError('changed my mind')
  })
  await expect(undone).rejects.toThrow(TypeError)
  expect(
    await cellar
      .from(accounts)
      .orderBy((c) => c.id)
      .collect(),
  ).toEqual(before)
  expect(await cellar.from(entries).count()).toBe(1)
})

test('a duplicate inside a transaction undoes all of it', async () => {
  const { cellar } = scene
  await cellar.insert(entries, { id: 1, text: 'there' })
  const error = await failure(
    cellar.transaction(async (tx) => {
      await tx.insert(accounts, { id: 1, amount: 1 })
      await tx.insert(entries, [
        { id: 2, text: 'a' },
        { id: 1, text: 'b' },
      ])
    }),
  )
  expect(error).toMatchObject({ code: 'DUPLICATE_KEY', details: { table: 'entries', columns: 'id' } })
  expect(await cellar.from(accounts).count()).toBe(0)
})

test('functions that are not cheap and media that have to be fetched are refused', async () => {
  const { cellar } = scene
  await cellar.insert(heavy, { id: 1, n: 1 })
  const refused = { code: 'FUNCTION_NOT_CHEAP' }
  expect(await failure(cellar.transaction((tx) => tx.insert(heavy, { id: 2, n: 2 })))).toMatchObject(refused)
  expect(await failure(cellar.transaction((tx) => tx.update(heavy, { n: 2 })))).toMatchObject(refused)
  expect(await failure(cellar.transaction((tx) => tx.batchUpdate(heavy, [{ id: 1, n: 2 }])))).toMatchObject(refused)
  const calling = cellar.transaction((tx) => tx.delete(heavy, { where: (c) => slow({ n: c.n }).eq(2) }))
  expect(await failure(calling)).toMatchObject(refused)
  const photo = 'https://example.com/a.png'
  expect(await failure(cellar.transaction((tx) => tx.insert(pictures, { id: 1, photo })))).toMatchObject({
    code: 'MEDIA_IN_TRANSACTION',
  })
  await cellar.transaction((tx) => tx.update(heavy, { note: 'no function runs' }))
  expect(await cellar.from(heavy).collect()).toEqual([{ id: 1, n: 1, note: 'no function runs', double: 2 }])
})

test('deferred cells are queued with the transaction, and not without it', async () => {
  const { cellar } = scene
  const jobs = `select payload from cellar.jobs where kind = 'fill' and payload ->> 'table' = 'waiting'`
  await cellar.transaction((tx) =>
    tx.insert(waiting, [
      { id: 1, n: 1 },
      { id: 2, n: 2 },
    ]),
  )
  expect(await scene.sql(jobs)).toHaveLength(1)
  const undone = cellar.transaction(async (tx) => {
    await tx.insert(waiting, { id: 3, n: 3 })
    throw new TypeError('no')
  })
  await expect(undone).rejects.toThrow(TypeError)
  expect(await scene.sql(jobs)).toHaveLength(1)
  expect(await cellar.from(waiting).count()).toBe(2)
})

test('concurrent transfers keep the sum, and each transaction is run again until it fits', async () => {
  const { cellar } = scene
  await cellar.insert(accounts, [
    { id: 1, amount: 100 },
    { id: 2, amount: 100 },
  ])
  await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      cellar.transaction(
        async (tx) => {
          const [from, to] = i % 2 === 0 ? [1, 2] : [2, 1]
          const source = await tx
            .from(accounts)
            .where((c) => c.id.eq(from))
            .first()
          const target = await tx
            .from(accounts)
            .where((c) => c.id.eq(to))
            .first()
          await tx.batchUpdate(accounts, [{ id: from, amount: (source?.amount ?? 0) - i }])
          await tx.batchUpdate(accounts, [{ id: to, amount: (target?.amount ?? 0) + i }])
          // Eight writers of two rows run again and again: the deadline is not what this is about.
        },
        { timeout: 30_000 },
      ),
    ),
  )
  const rows = await cellar
    .from(accounts)
    .orderBy((c) => c.id)
    .collect()
  expect(rows.reduce((sum, row) => sum + row.amount, 0)).toBe(200)
  expect(rows).toEqual(rows.map((row) => ({ ...row, triple: row.amount * 3 })))
})
