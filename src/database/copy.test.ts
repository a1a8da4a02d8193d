import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { serverReachable, type TestDatabase, type TestMode, testDatabase } from '../../test/support/databases.ts'
import type { Database } from './database.ts'
import { sqlStateOf } from './database-error.ts'
import { namedStatement } from './named-statement.ts'
import { openDatabase } from './open-database.ts'

// Other work on the machine makes processes and disks slow.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const modes: readonly TestMode[] = (await serverReachable()) ? ['embedded', 'server'] : ['embedded']
const copy = (...input: string[]) => ({ ...namedStatement({ sql: 'copy item from stdin', parameters: [] }), input })

describe.each(modes)('copy from stdin, %s', (mode) => {
  let place: TestDatabase
  let database: Database

  beforeAll(async () => {
    place = await testDatabase(mode)
    database = await openDatabase({ ...place.options, relaxed: true, poolSize: 1 })
    await database.execute({ text: 'create table item (id int primary key, text text)' })
  })

  afterAll(async () => {
    await database.close()
    await place[Symbol.asyncDispose]()
  })

  beforeEach(async () => {
    await database.execute({ text: 'delete from item' })
  })

  const items = async () =>
    (await database.execute<[string, string | null]>({ text: 'select * from item order by id', raw: true })).rows

  test('reads what travels with it, however that is cut', async () => {
    const input = ['1\té\n2', '\t\\N\n', '3\t\\\\.\n']
    expect(await database.execute(copy(...input))).toEqual({ rows: [], count: 3 })
    expect(await database.execute(copy('4\t\n'))).toMatchObject({ count: 1 })
    expect(await items()).toEqual([
      ['1', 'é'],
      ['2', null],
      ['3', '\\.'],
      ['4', ''],
    ])
  })

  test('may be large', async () => {
    const piece = `${'x€'.repeat(1_000_000)}`
    await database.execute(copy('1\t', piece, piece, '\n2\tsmall\n'))
    const { rows } = await database.execute({ text: 'select id, length(text) from item order by id', raw: true })
    expect(rows).toEqual([
      ['1', '4000000'],
      ['2', '5'],
    ])
  })

  test('takes part in its transaction, as the first statement too', async () => {
    const failed = database.transaction(async (tx) => {
      await tx.execute(copy('1\ta\n'))
      throw new RangeError('enough')
    })
    await expect(failed).rejects.toThrow('enough')
    await database.transaction((tx) => Promise.all([tx.execute(copy('2\ta\n')), tx.execute(copy('3\tb\n'))]))
    expect(await items()).toEqual([
      ['2', 'a'],
      ['3', 'b'],
    ])
  })

  test.each([
    ['a taken key', copy('5\ta\n', '1\tb\n'), '23505'],
    ['a value that is none', copy('x\ta\n'), '22P02'],
    ['a missing value', copy('7\n'), '22P04'],
    ['a table that is missing', { text: 'copy nothing from stdin', input: ['1\n'] }, '42P01'],
    ['text that is no statement', { text: 'cpoy item from stdin', input: ['1\n'] }, '42601'],
  ])('with %s writes nothing and leaves its connection as it was', async (_, statement, state) => {
    await database.execute(copy('1\ta\n'))
    const failure = await database.execute(statement).catch((error: unknown) => error)
    expect(sqlStateOf(failure)).toBe(state)
    expect(await items()).toEqual([['1', 'a']])
  })
})
