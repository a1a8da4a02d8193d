import { setTimeout as delay } from 'node:timers/promises'
import { defineFunction, defineTable, open, t } from 'cellar'
import { expect, test } from 'vitest'
import { failure } from '../support/failure.ts'
import { randomPicture } from '../support/pictures.ts'
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

test('writes to several tables are all there or none of them', async () => {
  const { cellar } = scene
  const given = await cellar.transaction(async (tx) => {
    await tx.insert(accounts, [
      { id: 1, amount: 10 },
      { id: 2, amount: 20 },
    ])
    await tx.insert(entries, { id: 1, text: 'opened' })
    await tx.update(accounts, (c) => ({ amount: c.amount.add(5) }), { where: (c) => c.id.eq(1) })
    await tx.batchUpdate(accounts, [{ id: 2, amount: 25 }])
    return tx
      .from(accounts)
      .where((c) => c.triple.eq(45))
      .collect()
  })
  expect(given).toEqual([{ id: 1, amount: 15, triple: 45 }])
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
    expect([await tx.from(accounts).count(), await tx.from(entries).count()]).toEqual([0, 2])
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

test('the first thing that a handle does may be to read in a transaction', async () => {
  const { cellar, database } = scene
  await cellar.insert(accounts, { id: 1, amount: 10 })
  await using other = await open(database.options)
  const read = await other.transaction((tx) => tx.from(accounts).collect())
  expect(read).toEqual([{ id: 1, amount: 10, triple: 30 }])
})

test('a duplicate inside a transaction undoes all of it, however often, and connections stay healthy', async () => {
  const { cellar } = scene
  await cellar.insert(entries, { id: 1, text: 'there' })
  for (let turn = 0; turn < 15; turn += 1) {
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
  }
  expect([await cellar.from(accounts).count(), await cellar.from(entries).count()]).toEqual([0, 1])
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
  expect(await cellar.from(heavy).collect()).toEqual([{ id: 1, n: 1, note: null, double: 2 }])
})

test('what needs no function, and media that are stored already, may be written', async () => {
  const { cellar } = scene
  await cellar.insert(heavy, { id: 1, n: 1 })
  const { rows } = await cellar.insert(pictures, [{ id: 1, photo: randomPicture() }], { returnRows: true })
  await cellar.transaction(async (tx) => {
    await tx.update(heavy, { note: 'no function runs' })
    await tx.insert(pictures, { id: 2, photo: rows[0].photo })
  })
  expect(await cellar.from(heavy).collect()).toEqual([{ id: 1, n: 1, note: 'no function runs', double: 2 }])
  expect((await cellar.from(pictures).collect()).map(({ photo }) => photo.sha256)).toEqual([
    rows[0].photo.sha256,
    rows[0].photo.sha256,
  ])
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

test('concurrent transfers end as if one after the other', { timeout: 60_000 }, async () => {
  const { cellar } = scene
  await cellar.insert(accounts, [
    { id: 1, amount: 100 },
    { id: 2, amount: 100 },
  ])
  const transfer = (from: number, to: number) =>
    cellar.transaction(
      async (tx) => {
        const amountOf = async (id: number) =>
          (
            await tx
              .from(accounts)
              .where((c) => c.id.eq(id))
              .first()
          )?.amount ?? Number.NaN
        const [source, target] = [await amountOf(from), await amountOf(to)]
        await tx.batchUpdate(accounts, [{ id: from, amount: source - 1 }])
        await tx.batchUpdate(accounts, [{ id: to, amount: target + 1 }])
      },
      // Ten writers of two rows run again and again: the deadline is not what this is about.
      { timeout: 60_000 },
    )
  await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 3 === 0 ? transfer(2, 1) : transfer(1, 2))))
  expect(
    await cellar
      .from(accounts)
      .orderBy((c) => c.id)
      .collect(),
  ).toEqual([
    { id: 1, amount: 98, triple: 294 },
    { id: 2, amount: 102, triple: 306 },
  ])
})

test('a transaction ends at its deadline and is rolled back', async () => {
  const { cellar } = scene
  const began = performance.now()
  const late = cellar.transaction(
    async (tx) => {
      await tx.insert(entries, { id: 1, text: 'a' })
      await delay(2_000)
      await tx.insert(entries, { id: 2, text: 'b' })
    },
    { timeout: 300 },
  )
  expect(await failure(late)).toMatchObject({ code: 'TRANSACTION_TIMEOUT' })
  expect(performance.now() - began).toBeLessThan(1_900)
  expect(await cellar.from(entries).count()).toBe(0)
})

test('a transaction has 5 s unless it says more', { timeout: 20_000 }, async () => {
  const began = performance.now()
  const endless = scene.cellar.transaction(() => delay(15_000, undefined, { ref: false }))
  expect(await failure(endless)).toMatchObject({ code: 'TRANSACTION_TIMEOUT' })
  const took = performance.now() - began
  expect(took).toBeGreaterThan(4_900)
  expect(took).toBeLessThan(8_000)
})

test('statements outside the handle of the transaction are refused instead of hanging', async () => {
  const { cellar } = scene
  const uses = [
    () => cellar.from(entries).collect(),
    () => cellar.insert(entries, [{ id: 1, text: 'a' }]),
    () => cellar.transaction(async () => 1),
  ]
  for (const use of uses) {
    expect(await failure(cellar.transaction(async () => void (await use())))).toMatchObject({
      code: 'TRANSACTION_REENTRY',
    })
  }
  expect(await cellar.from(entries).count()).toBe(0)
})

test('a handle is refused when its transaction has ended', async () => {
  const { cellar } = scene
  const kept = await cellar.transaction(async (tx) => ({ tx }))
  expect(await failure(kept.tx.from(entries).collect())).toMatchObject({ code: 'CLOSED' })
  expect(await failure(kept.tx.insert(entries, [{ id: 1, text: 'late' }]))).toMatchObject({ code: 'CLOSED' })
  expect(await cellar.from(entries).count()).toBe(0)
})

test('transactions leave connections to others, however many there are', { timeout: 60_000 }, async () => {
  const { cellar } = scene
  let begun = 0
  const hold = (id: number) =>
    cellar.transaction(
      async (tx) => {
        begun += 1
        await tx.insert(entries, [{ id, text: 'x' }])
        await delay(100)
      },
      { timeout: 60_000 },
    )
  const held = Array.from({ length: 20 }, (_, id) => hold(id))
  await expect.poll(() => begun, { interval: 5 }).toBeGreaterThan(0)
  expect(await cellar.from(accounts).count()).toBe(0)
  await Promise.all(held)
  expect(await cellar.from(entries).count()).toBe(20)
})
