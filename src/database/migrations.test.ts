import { describe, expect, test, vi } from 'vitest'
import { serverReachable, type TestMode, testDatabase } from '../../test/support/databases.ts'
import type { Database } from './database.ts'
import { type Migration, runMigrations } from './migrations.ts'
import { openDatabase } from './open-database.ts'

// Other work on the machine makes processes and disks slow.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const modes: readonly TestMode[] = (await serverReachable()) ? ['embedded', 'server'] : ['embedded']

const first: Migration = {
  id: 1,
  name: 'start',
  sql: 'create table cellar.a (i int); insert into cellar.a values (1); create schema if not exists cellar_data',
}
const second: Migration = { id: 2, name: 'more', sql: 'insert into cellar.a values (2)' }
const broken: Migration = { id: 3, name: 'broken', sql: 'insert into cellar.a values (3); select 1/0' }

const contents = async (database: Database) =>
  (await database.execute<{ i: number }>({ text: 'select i from cellar.a order by i' })).rows.map(({ i }) => i)

describe.each(modes)('migrations, %s', (mode) => {
  test('run once each, in order of id', async () => {
    await using place = await testDatabase(mode)
    await using database = await openDatabase({ ...place.options, relaxed: true })
    await runMigrations(database, [first])
    await runMigrations(database, [second, first])
    await runMigrations(database, [first, second])
    expect(await contents(database)).toEqual([1, 2])
    const { rows } = await database.execute({ text: 'select id, name from cellar.migrations order by id' })
    expect(rows).toEqual([
      { id: 1, name: 'start' },
      { id: 2, name: 'more' },
    ])
  })

  test('leave nothing of a broken one', async () => {
    await using place = await testDatabase(mode)
    await using database = await openDatabase({ ...place.options, relaxed: true })
    await runMigrations(database, [first])
    await expect(runMigrations(database, [first, second, broken])).rejects.toMatchObject({ sqlState: '22012' })
    expect(await contents(database)).toEqual([1])
  })
})

test.runIf(modes.includes('server'))('twenty first opens of one server database at once end well', async () => {
  await using place = await testDatabase('server')
  const open = async () => {
    const database = await openDatabase({ ...place.options, poolSize: 1 })
    await runMigrations(database, [first, second])
    return database
  }
  const databases = await Promise.all(Array.from({ length: 20 }, open))
  try {
    for (const database of databases) expect(await contents(database)).toEqual([1, 2])
  } finally {
    await Promise.all(databases.map((database) => database.close()))
  }
})
