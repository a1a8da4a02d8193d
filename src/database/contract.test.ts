import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { serverReachable, type TestDatabase, type TestMode, testDatabase } from '../../test/support/databases.ts'
import type { Database } from './database.ts'
import { DatabaseError, sqlStateOf } from './database-error.ts'
import { namedStatement } from './named-statement.ts'
import { openDatabase } from './open-database.ts'

// Other work on the machine makes processes and disks slow.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })
const PATIENT = { timeout: 20_000 }

/** What both modes promise alike. */
const modes: readonly TestMode[] = (await serverReachable()) ? ['embedded', 'server'] : ['embedded']

const insert = (id: number, text = 'x') =>
  namedStatement({ sql: 'insert into item (id, text) values ($1, $2) returning id', parameters: [id, text] })
const never = new Promise<never>(() => {})

describe.each(modes)('the database port, %s', (mode) => {
  let place: TestDatabase
  let database: Database

  beforeAll(async () => {
    place = await testDatabase(mode)
    database = await openDatabase({ ...place.options, relaxed: true, poolSize: 4 })
    await database.execute({ text: 'create table item (id int primary key, text text); create table other (id int)' })
  })

  afterAll(async () => {
    await database.close()
    await place[Symbol.asyncDispose]()
  })

  const ids = async () =>
    (await database.execute<[string]>({ text: 'select id from item order by id', raw: true })).rows.flat()
  const clear = () => database.execute({ text: 'delete from item' })

  test('values are parsed by type outside raw, and are the text of Postgres inside', async () => {
    const text = `select 9007199254740993::int8 big, 5::int8 small, 7::int4 int, true bool, '{"b":[1]}'::jsonb json, '\\x00ff'::bytea bytes,
      '2024-02-29 12:34:56.789+02'::timestamptz at, '0001-01-01 00:00:00+00 BC'::timestamptz bc, 1.50::numeric dec, 'NaN'::float8 nan, null none`
    const { rows } = await database.execute({ text })
    expect(rows).toEqual([
      {
        big: 9007199254740993n,
        small: 5,
        int: 7,
        bool: true,
        json: { b: [1] },
        bytes: Buffer.from([0, 255]),
        at: new Date('2024-02-29T10:34:56.789Z'),
        bc: new Date('0000-01-01T00:00:00Z'),
        dec: '1.50',
        nan: Number.NaN,
        none: null,
      },
    ])
    const raw = await database.execute({ text, raw: true })
    expect(raw.rows[0]).toEqual([
      '9007199254740993',
      '5',
      '7',
      't',
      '{"b": [1]}',
      '\\x00ff',
      '2024-02-29 10:34:56.789+00',
      '0001-01-01 00:00:00+00 BC',
      '1.50',
      'NaN',
      null,
    ])
  })

  test('parameters arrive as they were given', async () => {
    const at = new Date('2024-02-29T10:34:56.789Z')
    const values = [
      'é\u{1F600}"\\',
      -0,
      12n,
      false,
      at,
      new Uint8Array([0, 255]),
      { a: [1, 'x'] },
      ['a"\\,{}', null, '', 'NULL'],
      [
        [1, 2],
        [3, 4],
      ],
    ]
    const { rows } = await database.execute({
      text: `select $1::text, $2::float8, $3::int8, $4::bool, $5::timestamptz, $6::bytea, $7::jsonb, to_json($8::text[]) t, to_json($9::int[]) i`,
      values,
    })
    expect(Object.values(rows[0] ?? {})).toEqual([
      ...values.slice(0, 2),
      12,
      false,
      at,
      Buffer.from([0, 255]),
      ...values.slice(6),
    ])
    expect(Object.is(rows[0]?.float8, -0)).toBe(true)
  })

  test('counts are those of Postgres', async () => {
    await clear()
    expect((await database.execute({ text: 'insert into item select generate_series(1, 3)' })).count).toBe(3)
    expect((await database.execute({ text: 'update item set text = $1', values: ['y'] })).count).toBe(3)
    expect((await database.execute({ text: 'select * from item where id < 3' })).count).toBe(2)
    expect((await database.execute({ text: 'delete from item' })).count).toBe(3)
  })

  test('the connection and its prepared statements survive a duplicate key', async () => {
    await clear()
    const connections = `select count(*) n from pg_prepared_statements where statement like 'insert into item%'`
    await database.execute(insert(1))
    const error = await database.execute(insert(1)).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(DatabaseError)
    expect(error).toMatchObject({ code: 'DATABASE_ERROR', sqlState: '23505', constraint: 'item_pkey', table: 'item' })
    await database.execute(insert(2))
    expect((await database.execute({ text: connections })).rows).toEqual([{ n: 1 }])
  })

  test('a statement whose table changed is prepared again, outside and inside a transaction', async () => {
    await database.execute({
      text: 'drop table if exists shape; create table shape (a int); insert into shape values (1)',
    })
    const select = namedStatement({ sql: 'select * from shape where a = $1', parameters: [1] })
    for (let i = 0; i < 8; i++) await database.execute(select)
    await database.execute({ text: 'alter table shape add b int default 2' })
    expect((await database.execute(select)).rows).toEqual([{ a: 1, b: 2 }])
    await database.execute({ text: 'alter table shape add c int default 3' })
    expect((await database.transaction((tx) => tx.execute(select))).rows).toEqual([{ a: 1, b: 2, c: 3 }])
    await database.execute({ text: 'deallocate all' })
    expect((await database.execute(select)).count).toBe(1)
  })

  test('prepared statements of a connection are bounded', async () => {
    for (let i = 0; i < 300; i++) await database.execute(namedStatement({ sql: `select ${i}`, parameters: [] }))
    const { rows } = await database.execute<{ n: number }>({ text: 'select count(*) n from pg_prepared_statements' })
    expect(rows[0]?.n).toBeLessThanOrEqual(256)
    expect(rows[0]?.n).toBeGreaterThan(100)
  })

  test('a transaction commits, and rolls back what its body throws', async () => {
    await clear()
    await database.transaction(async (tx) => {
      await tx.execute(insert(1))
      await tx.execute(insert(2))
    })
    const thrown = database.transaction(async (tx) => {
      await tx.execute(insert(3))
      throw new RangeError('mine')
    })
    await expect(thrown).rejects.toThrow(RangeError)
    expect(await ids()).toEqual(['1', '2'])
  })

  test('an error that the body swallows is not taken for a commit', async () => {
    await clear()
    const swallowed = database.transaction(async (tx) => {
      await tx.execute(insert(1))
      await tx.execute(insert(1)).catch(() => {})
      return 'fine'
    })
    await expect(swallowed).rejects.toMatchObject({ sqlState: '23505' })
    expect(await ids()).toEqual([])
  })

  test('a savepoint saves a transaction from an error', async () => {
    await clear()
    await database.transaction(async (tx) => {
      await tx.execute(insert(1))
      await tx.execute({ text: 'savepoint a' })
      await tx.execute(insert(1)).catch(() => {})
      await tx.execute({ text: 'rollback to a' })
      await tx.execute(insert(2))
    })
    expect(await ids()).toEqual(['1', '2'])
  })

  test('a transaction runs at the isolation it asks for', async () => {
    for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
      const { rows } = await database.transaction((tx) => tx.execute({ text: 'show transaction_isolation' }), {
        isolation,
      })
      expect(rows).toEqual([{ transaction_isolation: isolation }])
    }
  })

  test('a query beside the handle is refused instead of waiting for itself', async () => {
    const code = { code: 'TRANSACTION_REENTRY' }
    await database.transaction(async (tx) => {
      await tx.execute({ text: 'select 1' })
      await expect(database.execute({ text: 'select 1' })).rejects.toMatchObject(code)
      await expect(database.transaction(async () => {})).rejects.toMatchObject(code)
      expect(() => database.stream({ text: 'select 1' })).toThrow(expect.objectContaining(code))
    })
    await database.execute({ text: 'select 1' })
  })

  test('work that a body started and left behind may query afterwards', async () => {
    let later: Promise<unknown> = never
    await database.transaction(async (tx) => {
      await tx.execute({ text: 'select 1' })
      later = new Promise((resolve) => setTimeout(resolve, 30)).then(() =>
        database.execute({ text: 'select 1 as one' }),
      )
    })
    expect(await later).toMatchObject({ rows: [{ one: 1 }] })
  })

  test('a handle is closed when its body is done', async () => {
    const tx = await database.transaction(async (handle) => handle)
    await expect(tx.execute({ text: 'select 1' })).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('a body that never ends is rolled back at its deadline', async () => {
    await clear()
    const hanging = database.transaction(
      async (tx) => {
        await tx.execute(insert(1))
        await never
      },
      { timeout: 100 },
    )
    await expect(hanging).rejects.toMatchObject({ code: 'TRANSACTION_TIMEOUT', retryable: true })
    expect(await ids()).toEqual([])
  })

  test('an aborted transaction is rolled back', async () => {
    await clear()
    const controller = new AbortController()
    const aborted = database.transaction(
      async (tx) => {
        await tx.execute(insert(1))
        controller.abort()
        await never
      },
      { signal: controller.signal },
    )
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await ids()).toEqual([])
  })

  test('many transactions at once leave no update out', async () => {
    await database.execute({ text: 'truncate other; insert into other values (0)' })
    const increment = async () =>
      database.transaction(
        async (tx) => {
          const { rows } = await tx.execute<{ id: number }>({ text: 'select id from other' })
          await tx.execute({ text: 'update other set id = $1', values: [(rows[0]?.id ?? 0) + 1] })
        },
        { isolation: 'serializable', attempts: 50 },
      )
    await Promise.all(Array.from({ length: 12 }, increment))
    expect((await database.execute({ text: 'select id from other' })).rows).toEqual([{ id: 12 }])
  })

  test('transactions that want the same rows in different orders do not wait for a deadlock to be noticed', async () => {
    await database.execute({ text: 'truncate other; insert into other values (1), (2)' })
    const refusals: (string | undefined)[] = []
    const add = (order: readonly number[]) =>
      database.transaction(
        async (tx) => {
          for (const id of order) {
            const update = { text: 'update other set id = id + 10 where id % 10 = $1', values: [id] }
            await tx.execute(update).catch((error: unknown) => {
              refusals.push(sqlStateOf(error))
              throw error
            })
            await delay(30)
          }
        },
        { isolation: 'serializable', attempts: 1_000, lockTimeout: 20 },
      )
    await Promise.all([add([1, 2]), add([2, 1]), add([1, 2]), add([2, 1])])
    const { rows } = await database.execute({ text: 'select id from other order by id' })
    expect(rows).toEqual([{ id: 41 }, { id: 42 }])
    expect(refusals).not.toContain('40P01')
    if (mode === 'server') expect(refusals).toContain('55P03')
  })

  test('conflicts that do not end are TRANSACTION_CONFLICT', async () => {
    let runs = 0
    const conflicting = database.transaction(
      async (tx) => {
        runs++
        await tx.execute({ text: `do $$ begin raise exception 'busy' using errcode = '40001'; end $$` })
      },
      { attempts: 3 },
    )
    await expect(conflicting).rejects.toMatchObject({
      code: 'TRANSACTION_CONFLICT',
      retryable: true,
      details: { attempts: 3 },
    })
    expect(runs).toBe(3)
  })

  test('statements of one transaction may be sent at once', async () => {
    const results = await database.transaction((tx) =>
      Promise.all([1, 2, 3].map((i) => tx.execute<{ i: number }>({ text: 'select $1::int i', values: [i] }))),
    )
    expect(results.map(({ rows }) => rows[0]?.i)).toEqual([1, 2, 3])
  })

  test('rows stream in batches, and the stream may be left early', async () => {
    const statement = { text: 'select i from generate_series(1, $1) i', values: [2500], raw: true }
    const sizes: number[] = []
    for await (const rows of database.stream<[string]>(statement)) sizes.push(rows.length)
    expect(sizes).toEqual([1000, 1000, 500])
    for await (const rows of database.stream<{ i: number }>({ ...statement, raw: false }, { batch: 10 })) {
      expect(rows[9]).toEqual({ i: 10 })
      await database.execute({ text: 'select 1' })
      break
    }
    expect((await database.execute({ text: 'select name from pg_cursors' })).rows).toEqual([])
  })

  test('a stream reports the error of its statement and ends with its signal', async () => {
    const drain = async (text: string, signal?: AbortSignal) => {
      for await (const _ of database.stream({ text }, signal ? { signal } : {})) await Promise.resolve()
    }
    const error = await drain('select 1/0 from generate_series(1, 10)').catch((e: unknown) => e)
    expect(sqlStateOf(error)).toBe('22012')
    await expect(drain('select 1', AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await database.ready()).toBe(true)
  })

  test('notifications reach their handlers after the commit, until they are closed', async () => {
    const heard: string[] = []
    const first = await database.listen('A "channel"', (payload) => heard.push(`1 ${payload}`))
    const second = await database.listen('A "channel"', (payload) => heard.push(`2 ${payload}`))
    const notify = (payload: string) => ({ text: `select pg_notify('A "channel"', $1)`, values: [payload] })
    await database.transaction(async (tx) => {
      await tx.execute(notify('é'))
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(heard).toEqual([])
    })
    await expect.poll(() => heard, PATIENT).toEqual(['1 é', '2 é'])
    await first.close()
    await database.execute(notify('b'))
    await expect.poll(() => heard, PATIENT).toEqual(['1 é', '2 é', '2 b'])
    await second.close()
    await database.execute(notify('c'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(heard).toHaveLength(3)
  })

  test('large values and many rows come through whole', async () => {
    const large = 'x€'.repeat(2_000_000)
    const { rows } = await database.execute<{ large: string }>({ text: 'select $1::text large', values: [large] })
    expect(rows[0]?.large === large).toBe(true)
    expect(
      (await database.execute({ text: 'select i, i::text from generate_series(1, 50000) i', raw: true })).rows,
    ).toHaveLength(50_000)
  })

  test('a value that cannot be sent fails its statement only', async () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    await expect(database.execute({ text: 'select $1::jsonb', values: [circular] })).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    })
    expect(await database.ready()).toBe(true)
  })
})

test.each(modes)('a closed database refuses work, %s', async (mode) => {
  await using place = await testDatabase(mode)
  const database = await openDatabase({ ...place.options, relaxed: true })
  const running = database.execute({ text: 'select 1 as one' })
  await database.close()
  await database.close()
  await expect(running).resolves.toMatchObject({ rows: [{ one: 1 }] })
  await expect(database.execute({ text: 'select 1' })).rejects.toMatchObject({ code: 'CLOSED' })
  expect(await database.ready()).toBe(false)
})
