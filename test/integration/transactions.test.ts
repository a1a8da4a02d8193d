import { setTimeout as delay } from 'node:timers/promises'
import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { randomPicture } from '../support/pictures.ts'
import { coded } from '../support/problems.ts'

const cheap = defineFunction({
  name: 'transactionCheap',
  args: { n: t.int() },
  returns: t.int(),
  cheap: true,
  run: ({ n }) => n * 10,
})
const dear = defineFunction({
  name: 'transactionDear',
  args: { n: t.int() },
  returns: t.int(),
  run: async ({ n }) => n,
})
const accounts = defineTable('accounts', { id: t.int().primaryKey(), money: t.int() }).computed('tenfold', (c) =>
  cheap({ n: c.money }),
)
const logs = defineTable('logs', { id: t.int().primaryKey(), text: t.string() })
const slow = defineTable('slow', { id: t.int().primaryKey(), n: t.int() }).computed('same', (c) => dear({ n: c.n }))
const later = defineTable('later', { id: t.int().primaryKey(), n: t.int() }).computed('same', (c) => dear({ n: c.n }), {
  mode: 'deferred',
})
const pictures = defineTable('pictures', { id: t.int().primaryKey(), photo: t.image().nullable() })
const tables = [accounts, logs, slow, later, pictures]

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply(tables)
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
afterEach(async () => {
  for (const table of tables) await cellar.delete(table as typeof logs)
})

describe('a transaction', () => {
  it('does all of its writes or none, and gives what its body gives', async () => {
    const given = await cellar.transaction(async (tx) => {
      await tx.insert(accounts, [{ id: 1, money: 5 }])
      await tx.insert(logs, [{ id: 1, text: 'opened' }])
      await tx.update(accounts, (c) => ({ money: c.money.add(1) }), { where: (c) => c.id.eq(1) })
      return tx.from(accounts).collect()
    })
    expect(given).toEqual([{ id: 1, money: 6, tenfold: 60 }])
    const failed = cellar.transaction(async (tx) => {
      await tx.delete(accounts)
      await tx.insert(logs, [{ id: 2, text: 'closed' }])
      expect(await tx.from(accounts).count()).toBe(0)
      throw new RangeError('changed my mind')
    })
    await expect(failed).rejects.toThrowError(RangeError)
    expect(await cellar.from(accounts).count()).toBe(1)
    expect(await cellar.from(logs).count()).toBe(1)
  })

  it('is rolled back by a failing statement, and the connection stays healthy', async () => {
    await cellar.insert(logs, [{ id: 1, text: 'a' }])
    for (let turn = 0; turn < 15; turn += 1) {
      const failed = cellar.transaction(async (tx) => {
        await tx.insert(logs, [{ id: 2, text: 'b' }])
        await tx.insert(logs, [{ id: 1, text: 'again' }])
      })
      await expect(failed).rejects.toThrowError(coded('DUPLICATE_KEY'))
    }
    expect(await cellar.from(logs).count()).toBe(1)
  })

  it('is run again on conflicts until it is as if alone', { timeout: 60_000 }, async () => {
    await cellar.insert(accounts, [
      { id: 1, money: 100 },
      { id: 2, money: 100 },
    ])
    const transfer = (from: number, to: number) =>
      cellar.transaction(
        async (tx) => {
          const payer = await tx
            .from(accounts)
            .where((c) => c.id.eq(from))
            .first()
          const payee = await tx
            .from(accounts)
            .where((c) => c.id.eq(to))
            .first()
          await tx.batchUpdate(accounts, [{ id: from, money: (payer?.money ?? 0) - 1 }])
          await tx.batchUpdate(accounts, [{ id: to, money: (payee?.money ?? 0) + 1 }])
        },
        { timeout: 60_000 },
      )
    await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 3 === 0 ? transfer(2, 1) : transfer(1, 2))))
    const rows = await cellar
      .from(accounts)
      .orderBy((c) => c.id)
      .collect()
    expect(rows).toEqual([
      { id: 1, money: 98, tenfold: 980 },
      { id: 2, money: 102, tenfold: 1020 },
    ])
  })

  it('ends at its deadline and is rolled back', async () => {
    const began = performance.now()
    const late = cellar.transaction(
      async (tx) => {
        await tx.insert(logs, [{ id: 1, text: 'a' }])
        await delay(2_000)
        await tx.insert(logs, [{ id: 2, text: 'b' }])
      },
      { timeout: 300 },
    )
    await expect(late).rejects.toThrowError(coded('TRANSACTION_TIMEOUT'))
    expect(performance.now() - began).toBeLessThan(1_900)
    expect(await cellar.from(logs).count()).toBe(0)
  })

  it('has 5 s unless it says more', { timeout: 20_000 }, async () => {
    const began = performance.now()
    await expect(cellar.transaction(() => delay(15_000, undefined, { ref: false }))).rejects.toThrowError(
      coded('TRANSACTION_TIMEOUT'),
    )
    const took = performance.now() - began
    expect(took).toBeGreaterThan(4_900)
    expect(took).toBeLessThan(8_000)
  })

  it('refuses statements outside its handle instead of hanging', async () => {
    const inside = (use: () => Promise<unknown>) => cellar.transaction(async () => void (await use()))
    await expect(inside(() => cellar.from(logs).collect())).rejects.toThrowError(coded('TRANSACTION_REENTRY'))
    await expect(inside(() => cellar.insert(logs, [{ id: 1, text: 'a' }]))).rejects.toThrowError(
      coded('TRANSACTION_REENTRY'),
    )
    await expect(inside(() => cellar.transaction(async () => 1))).rejects.toThrowError(coded('TRANSACTION_REENTRY'))
    expect(await cellar.from(logs).count()).toBe(0)
  })

  it('refuses its handle when it has ended', async () => {
    const kept = await cellar.transaction(async (tx) => ({ tx }))
    await expect(kept.tx.from(logs).collect()).rejects.toThrowError(
      expect.objectContaining({ code: expect.any(String) }),
    )
    await expect(kept.tx.insert(logs, [{ id: 1, text: 'late' }])).rejects.toThrowError(
      expect.objectContaining({ code: expect.any(String) }),
    )
    expect(await cellar.from(logs).count()).toBe(0)
  })

  it('refuses functions that are not cheap, and media that are to be fetched', async () => {
    await expect(cellar.transaction((tx) => tx.insert(slow, [{ id: 1, n: 1 }]))).rejects.toThrowError(
      coded('FUNCTION_NOT_CHEAP'),
    )
    await cellar.insert(slow, [{ id: 1, n: 1 }])
    await expect(cellar.transaction((tx) => tx.update(slow, { n: 2 }))).rejects.toThrowError(
      coded('FUNCTION_NOT_CHEAP'),
    )
    await expect(
      cellar.transaction((tx) => tx.insert(pictures, [{ id: 1, photo: 'http://example.org/x.png' }])),
    ).rejects.toThrowError(coded('MEDIA_IN_TRANSACTION'))
    expect(await cellar.from(slow).collect()).toEqual([{ id: 1, n: 1, same: 1 }])
    // What needs no function, what is deferred and what is stored already may be written.
    await cellar.insert(pictures, [{ id: 1, photo: randomPicture() }])
    const [picture] = await cellar.from(pictures).collect()
    await cellar.transaction(async (tx) => {
      await tx.insert(later, [{ id: 1, n: 1 }])
      await tx.insert(pictures, [{ id: 2, photo: picture?.photo ?? null }])
      await tx.delete(slow)
    })
    expect([
      await cellar.from(later).count(),
      await cellar.from(pictures).count(),
      await cellar.from(slow).count(),
    ]).toEqual([1, 2, 0])
  })

  it('leaves connections to others, however many there are', { timeout: 60_000 }, async () => {
    let open_ = 0
    const hold = (id: number) =>
      cellar.transaction(
        async (tx) => {
          open_ += 1
          await tx.insert(logs, [{ id, text: 'x' }])
          await delay(100)
        },
        { timeout: 60_000 },
      )
    const held = Array.from({ length: 20 }, (_, id) => hold(id))
    await expect.poll(() => open_, { interval: 5 }).toBeGreaterThan(0)
    expect(await cellar.from(accounts).count()).toBe(0)
    await Promise.all(held)
    expect(await cellar.from(logs).count()).toBe(20)
  })
})
