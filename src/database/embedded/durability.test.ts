import { expect, test, vi } from 'vitest'
import { testDatabase } from '../../../test/support/databases.ts'
import { openDatabase } from '../open-database.ts'

// Other work on the machine makes processes and disks slow.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })
const PATIENT = { timeout: 20_000 }

const syncsOf = async (relaxed: boolean) => {
  await using place = await testDatabase('embedded')
  await using database = await openDatabase({ ...place.options, relaxed })
  const syncs = () => database.stats().syncs ?? Number.NaN
  await database.execute({ text: 'create table item (id int primary key)' })
  const before = syncs()
  for (let id = 1; id <= 20; id++) await database.execute({ text: 'insert into item values ($1)', values: [id] })
  const afterStatements = syncs()
  for (let n = 1; n <= 5; n++) {
    await database.transaction(async (tx) => {
      await tx.execute({ text: 'insert into item values ($1)', values: [100 + n] })
      await tx.execute({ text: 'insert into item values ($1)', values: [200 + n] })
    })
  }
  const afterTransactions = syncs()
  await database.execute({ text: 'select * from item' })
  const afterReading = syncs()
  await database.execute({ text: 'checkpoint' })
  return {
    opening: before,
    statements: afterStatements - before,
    transactions: afterTransactions - afterStatements,
    reading: afterReading - afterTransactions,
    checkpoint: syncs() - afterReading,
  }
}

test('every acknowledged commit was synced to the disk, and a checkpoint syncs data files', async () => {
  const { statements, transactions, reading, checkpoint } = await syncsOf(false)
  expect(statements).toBeGreaterThanOrEqual(20)
  expect(transactions).toBeGreaterThanOrEqual(5)
  expect(transactions).toBeLessThan(10)
  expect(reading).toBe(0)
  // More than the log and the control file.
  expect(checkpoint).toBeGreaterThan(3)
})

test('a relaxed database syncs nothing and says so', async () => {
  expect(Object.values(await syncsOf(true))).toEqual([0, 0, 0, 0, 0])
  await using place = await testDatabase('embedded')
  await using database = await openDatabase({ ...place.options, relaxed: true })
  expect(database.stats()).toEqual({ syncs: 0, relaxed: true })
})

test('the log of an embedded database is let go of by checkpoints', async () => {
  await using place = await testDatabase('embedded')
  await using database = await openDatabase({ ...place.options, relaxed: true })
  await database.execute({ text: 'create table item (id int, text text)' })
  const redo = async () =>
    (await database.execute<[string]>({ text: 'select redo_lsn from pg_control_checkpoint()', raw: true })).rows[0]?.[0]
  const before = await redo()
  const text = `insert into item select i, repeat(md5(i::text), 30) from generate_series(1, 1000) i`
  for (let n = 0; n < 130; n++) await database.execute({ text })
  await expect.poll(redo, PATIENT).not.toBe(before)
})
