import { join } from 'node:path'
import { type Cellar, defineTable, open, t } from 'cellar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { notes, pictures } from '../recovery/app/pictures.ts'
import { type TestDatabase, testDatabase, testMode } from '../support/databases.ts'
import { coded } from '../support/problems.ts'
import { type Program, startCli } from '../support/programs.ts'

const APP = join(import.meta.dirname, '..', 'recovery', 'app', 'pictures.ts')

describe('a second server on the same home', () => {
  let database: TestDatabase
  let server: Program

  beforeAll(async () => {
    database = await testDatabase()
    await using cellar = await open(database.options)
    await cellar.apply([pictures, notes])
    await cellar.close()
    server = startCli(['serve', APP, '--port', '0'], database.env)
    await server.line()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  it.skipIf(testMode === 'server')(
    'is refused and told which process holds it (embedded only: a server takes both)',
    async () => {
      await using second = startCli(['serve', APP, '--port', '0'], database.env)
      expect(await second.ended).toBe(1)
      expect(second.output()).toContain('HOME_IN_USE')
      expect(second.output()).toContain(String(server.pid))
      await expect(open({ ...database.options, own: true })).rejects.toThrowError(
        coded('HOME_IN_USE', { details: expect.objectContaining({ pid: server.pid }) }),
      )
    },
  )

  it('leaves the way open to scripts, which see the same rows', async () => {
    await using cellar: Cellar = await open(database.options)
    const id = '0190f5fe-7c00-7a00-8000-000000000001'
    await cellar.insert(notes, [{ id, text: 'from a script' }])
    await expect(cellar.insert(notes, [{ id, text: 'again' }])).rejects.toThrowError(coded('DUPLICATE_KEY'))
    await cellar.transaction((tx) => tx.update(notes, { text: 'changed' }, { where: (c) => c.id.eq(id) }))
    expect(await cellar.from(notes).collect()).toEqual([{ id, text: 'changed', size: 7 }])
    await using count = startCli(['count', 'notes', '--json'], database.env)
    expect(await count.ended).toBe(0)
    expect(JSON.parse(count.output())).toEqual({ table: 'notes', count: 1 })
  })

  it('takes rows in bulk from scripts, all or none', async () => {
    await using cellar: Cellar = await open(database.options)
    const idOf = (n: number) => `0190f5fe-7c00-7a00-8000-${String(n).padStart(12, '0')}`
    const rows = Array.from({ length: 6_000 }, (_, n) => ({ id: idOf(n + 1_000), text: `tab\t${n}` }))
    const last = { id: idOf(1_000), text: 'again' }
    await expect(cellar.insert(notes, [...rows, last])).rejects.toThrowError(coded('DUPLICATE_KEY'))
    const bulk = cellar.from(notes).where((c) => c.text.contains('tab\t'))
    expect(await bulk.count()).toBe(0)
    expect(await cellar.insert(notes, rows)).toMatchObject({ count: 6_000 })
    expect(await bulk.count()).toBe(6_000)
  })

  it('comes to nothing when the first one dies: its home is free again', async () => {
    await server.kill('SIGKILL')
    await using next = startCli(['serve', APP, '--port', '0'], database.env)
    expect(await next.line()).toMatch(/^http/)
  })
})

it('twenty first opens at once of one database end well', { timeout: 120_000 }, async () => {
  await using database = await testDatabase()
  const table = defineTable('numbers', { id: t.int().primaryKey() })
  const opened = await Promise.all(Array.from({ length: 20 }, () => open({ ...database.options, poolSize: 2 })))
  await Promise.all(opened.map((cellar) => cellar.apply([table])))
  await Promise.all(opened.map((cellar, id) => cellar.insert(table, [{ id }])))
  expect(await opened[0]?.from(table).count()).toBe(20)
  await Promise.all(opened.toReversed().map((cellar) => cellar.close()))
})
