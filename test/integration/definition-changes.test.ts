import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase, testMode } from '../support/databases.ts'
import { coded } from '../support/problems.ts'
import { rawSql } from '../support/raw-sql.ts'

/** Holds operations up between being planned and being written. */
const gate = { reached: Promise.withResolvers<void>(), opened: Promise.withResolvers<void>(), closed: false, calls: 0 }

async function pass(): Promise<void> {
  gate.calls += 1
  if (!gate.closed) return
  gate.reached.resolve()
  await gate.opened.promise
}

function close(): void {
  gate.closed = true
  gate.calls = 0
  gate.reached = Promise.withResolvers()
  gate.opened = Promise.withResolvers()
}

function release(): void {
  gate.closed = false
  gate.opened.resolve()
}

const size = defineFunction({
  name: 'definitionChangesSize',
  args: { text: t.string() },
  returns: t.int(),
  run: async ({ text }) => {
    await pass()
    return text.length
  },
})
const cheapSize = defineFunction({
  name: 'definitionChangesCheapSize',
  args: { text: t.string() },
  returns: t.int(),
  cheap: true,
  run: async ({ text }) => {
    await pass()
    return text.length
  },
})

const columns = { id: t.int().primaryKey(), text: t.string(), n: t.int().default(0) }
const plain = defineTable('things', columns).computed('size', (c) => size({ text: c.text }))
const cheap = defineTable('things', columns).computed('size', (c) => cheapSize({ text: c.text }))
const loud = plain.computed('loud', (c) => c.text.upper())
const quiet = plain.computed('loud', (c) => c.text.lower())
const cheapLoud = cheap.computed('loud', (c) => c.text.upper())

const notes = defineTable('notes', { id: t.int().primaryKey() })

type Transaction = Parameters<Parameters<Cellar['transaction']>[0]>[0]

interface Stored extends Record<string, unknown> {
  readonly id: number
  readonly text: string
  readonly n: number
  readonly size: number | null
  readonly loud: string | null
}

let database: TestDatabase
let cellar: Cellar
/** Another process, as far as the first one can tell. */
let other: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  other = await open(database.options)
})
afterAll(async () => {
  await other.close()
  await cellar.close()
  await database[Symbol.asyncDispose]()
})
afterEach(async () => {
  release()
  await cellar.drop('things').catch(() => {})
})

const stored = async () => {
  const rows = await rawSql<{ row: Stored }>(
    database,
    'select to_jsonb(t) as row from cellar_data.things t order by id',
  )
  return rows.map(({ row }) => row)
}
const waiting = async () =>
  (await rawSql<{ n: number }>(database, 'select count(*)::int as n from cellar.cell_errors'))[0]?.n

/** Runs the operation up to where it evaluates, changes the definition, and lets it go on. */
async function across<T>(run: () => Promise<T>, change: () => Promise<unknown>): Promise<T> {
  close()
  const running = run()
  running.catch(() => {})
  await gate.reached.promise
  await change()
  release()
  return running
}

async function* stream(rows: readonly { readonly id: number; readonly text: string }[]) {
  yield* rows
}

/** Each writes the texts B2 to row 2 and B3 to row 3, one way or another. */
const writers: Readonly<Record<string, { readonly run: () => Promise<unknown>; readonly existing: boolean }>> = {
  'an insert of one row and another': {
    existing: false,
    run: async () => {
      await Promise.all([2, 3].map((id) => cellar.insert(plain, { id, text: `B${id}` })))
    },
  },
  'an insert of several rows': {
    existing: false,
    run: () =>
      cellar.insert(plain, [
        { id: 2, text: 'B2' },
        { id: 3, text: 'B3' },
      ]),
  },
  'an insert that skips rows': {
    existing: false,
    run: () =>
      cellar.insert(
        plain,
        [
          { id: 2, text: 'B2' },
          { id: 1, text: 'taken' },
          { id: 3, text: 'B3' },
        ],
        { onInvalid: 'skip' },
      ),
  },
  'an insert of a stream': {
    existing: false,
    run: () =>
      cellar.insert(
        plain,
        stream([
          { id: 2, text: 'B2' },
          { id: 3, text: 'B3' },
        ]),
      ),
  },
  'a batch update that inserts': {
    existing: false,
    run: () =>
      cellar.batchUpdate(
        plain,
        [
          { id: 2, text: 'B2' },
          { id: 3, text: 'B3' },
        ],
        { ifMissing: 'insert' },
      ),
  },
  'updates by key': {
    existing: true,
    run: async () => {
      await Promise.all([2, 3].map((id) => cellar.update(plain, { text: `B${id}` }, { where: (c) => c.id.eq(id) })))
    },
  },
  'an update of rows that have to be read': {
    existing: true,
    run: () => cellar.update(plain, { text: plain.c.text.replaceAll('A', 'B') }, { where: (c) => c.id.gt(1) }),
  },
  'a batch update': {
    existing: true,
    run: () =>
      cellar.batchUpdate(plain, [
        { id: 2, text: 'B2' },
        { id: 3, text: 'B3' },
      ]),
  },
  'a batch update of different columns': {
    existing: true,
    run: () =>
      cellar.batchUpdate(plain, [
        { id: 2, text: 'B2' },
        { id: 3, text: 'B3', n: 4 },
      ]),
  },
}

describe.each(Object.entries(writers))('%s, evaluated before the definition changed,', (_, { run, existing }) => {
  beforeEach(async () => {
    await cellar.apply([plain])
    const before = existing ? [1, 2, 3] : [1]
    await cellar.insert(
      plain,
      before.map((id) => ({ id, text: `A${id}` })),
    )
  })
  const expected = (change: (text: string) => string) =>
    [['A1'], ['B2'], ['B3']].map(([text = ''], at) => ({ id: at + 1, text, size: 2, loud: change(text) }))

  it('computes a column that was added', async () => {
    await across(run, () => other.apply([loud]))
    expect(await stored()).toMatchObject(expected((text) => text.toUpperCase()))
    expect(await waiting()).toBe(0)
  })

  it('computes a changed expression', async () => {
    await cellar.apply([loud])
    await across(run, () => other.apply([quiet]))
    expect(await stored()).toMatchObject(expected((text) => text.toLowerCase()))
    expect(await waiting()).toBe(0)
  })

  it('leaves out a column that was dropped', async () => {
    await cellar.apply([loud])
    // What it is to write with names the column, too.
    expect(await cellar.from(plain).count()).toBe(existing ? 3 : 1)
    await across(run, () => other.apply([plain], { allowDestructive: true }))
    const rows = await stored()
    expect(rows).toMatchObject(expected(() => '').map(({ loud: _, ...row }) => row))
    expect(rows[0]).not.toHaveProperty('loud')
  })
})

/** All change row 1 or insert row 9, with functions that are cheap. */
const statements: Readonly<Record<string, (rows: Cellar | Transaction) => Promise<unknown>>> = {
  'an insert': (rows) => rows.insert(cheap, { id: 9, text: 'B9' }),
  'an insert of several rows': (rows) =>
    rows.insert(
      cheap,
      [9, 10].map((id) => ({ id, text: `B${id}` })),
    ),
  'an insert of many rows': (rows) =>
    rows.insert(
      cheap,
      Array.from({ length: 5_010 }, (_, at) => ({ id: at + 9, text: `B${at + 9}` })),
    ),
  'an update by key': (rows) => rows.update(cheap, { text: 'B1' }, { where: (c) => c.id.eq(1) }),
  'an update by condition': (rows) => rows.update(cheap, { text: 'B1' }, { where: (c) => c.text.eq('A1') }),
  'an update that reads': (rows) =>
    rows.update(cheap, { text: cheap.c.text.replaceAll('A', 'B') }, { where: (c) => c.id.eq(1) }),
  'a batch update': (rows) => rows.batchUpdate(cheap, [{ id: 1, text: 'B1' }]),
  'a batch update that inserts': (rows) =>
    rows.batchUpdate(
      cheap,
      [
        { id: 1, text: 'B1' },
        { id: 9, text: 'B9' },
      ],
      { ifMissing: 'insert' },
    ),
}

// An embedded database has one session: nobody comes between the statements of a transaction.
describe.runIf(testMode === 'server').each(Object.entries(statements))('%s', (_, run) => {
  beforeEach(async () => {
    await cellar.apply([cheap, notes])
    // Statements that ran often have plans that are kept.
    for (let id = 1; id <= 8; id += 1) {
      await cellar.insert(cheap, { id, text: `A${id}` })
      await cellar.update(cheap, { text: `A${id}` }, { where: (c) => c.id.eq(id) })
    }
  })

  it('in a transaction that began before the definition changed is planned again', async () => {
    let runs = 0
    const body = async (tx: Transaction) => {
      runs += 1
      await tx.from(notes).count()
      if (runs === 1) await other.apply([cheapLoud])
      await run(tx)
    }
    await cellar.transaction(body, { timeout: 30_000 })
    expect(runs).toBeGreaterThan(1)
    const rows = await stored()
    expect(rows.length).toBeGreaterThanOrEqual(8)
    expect(rows.filter(({ text, loud: computed }) => computed !== text.toUpperCase())).toEqual([])
    expect(rows.some(({ text }) => text.startsWith('B'))).toBe(true)
  })

  it('that waits for the table looks at the definition after it has it', async () => {
    const client = new pg.Client({ connectionString: database.databaseUrl })
    await client.connect()
    try {
      await client.query('begin; lock table cellar_data.things in access exclusive mode')
      gate.calls = 0
      const running = run(cellar)
      running.catch(() => {})
      const blocked = `select count(*)::int as n from pg_locks where not granted and relation = 'cellar_data.things'::regclass`
      await expect.poll(async () => (await client.query(blocked)).rows, { timeout: 20_000 }).toEqual([{ n: 1 }])
      await client.query(`update cellar.tables set schema_version = schema_version + 1 where path = 'things'`)
      await client.query('commit')
      await running
      const written = (await stored()).filter(({ text }) => text.startsWith('B')).length
      expect(written).toBeGreaterThan(0)
      // What was evaluated under the definition before was refused, and evaluated again.
      expect(gate.calls).toBeGreaterThan(written)
    } finally {
      await client.end()
    }
  })
})

describe('a change of the definition', () => {
  // An embedded database has one session: nobody comes between the statements of a transaction.
  it.runIf(testMode === 'server')('meets a bulk insert that writes while it evaluates', async () => {
    await cellar.apply([cheap])
    const rows = Array.from({ length: 12_000 }, (_, id) => ({ id, text: `row ${id}` }))
    await across(
      () => cellar.insert(cheap, rows),
      () => other.apply([cheapLoud]),
    )
    const [counts] = await rawSql(
      database,
      'select count(*)::int as rows, count(*) filter (where loud = upper(text))::int as loud from cellar_data.things',
    )
    expect(counts).toEqual({ rows: 12_000, loud: 12_000 })
  })

  it('meets a delete whose condition was evaluated before', async () => {
    await cellar.apply([plain])
    await cellar.insert(plain, [
      { id: 1, text: 'a' },
      { id: 2, text: 'bb' },
    ])
    const deleted = await across(
      () => cellar.delete(plain, { where: (c) => size({ text: c.text }).eq(1) }),
      () => other.apply([loud]),
    )
    expect(deleted.count).toBe(1)
    expect(await stored()).toMatchObject([{ id: 2, loud: 'BB' }])
    const history = await rawSql(database, 'select loud from cellar_data."things$history" where id = 1')
    expect(history.at(-1)).toEqual({ loud: 'A' })
  })

  it('meets cells that are computed again', async () => {
    await cellar.apply([plain])
    await cellar.insert(plain, [{ id: 1, text: 'a' }])
    const twice = plain.computed('twice', (c) => c.size.mul(2))
    const result = await across(
      () => cellar.recompute(plain, ['size']),
      () => other.apply([twice]),
    )
    expect(result.count).toBe(1)
    expect(await rawSql(database, 'select size::int, twice::int, _cells from cellar_data.things')).toEqual([
      { size: 1, twice: 2, _cells: null },
    ])
  })

  it('meets a fill of a column that is changed once more', async () => {
    await cellar.apply([defineTable('things', columns)])
    await cellar.insert(plain, [{ id: 1, text: 'a' }]).catch(() => {})
    await cellar.insert(defineTable('things', columns), [{ id: 1, text: 'a' }])
    const first = defineTable('things', columns).computed('size', (c) => size({ text: c.text }))
    const second = defineTable('things', columns).computed('size', (c) => size({ text: c.text }).add(10))
    await across(
      () => cellar.apply([first]),
      () => other.apply([second], { wait: false }),
    )
    await other.apply([second])
    expect(await rawSql(database, 'select size::int, _cells from cellar_data.things')).toEqual([
      { size: 11, _cells: null },
    ])
  })

  it('refuses values of a declared column that was dropped, and writes nothing', async () => {
    await cellar.apply([plain])
    const narrow = defineTable('things', { id: t.int().primaryKey(), text: t.string() }).computed('size', (c) =>
      size({ text: c.text }),
    )
    const insert = across(
      () => cellar.insert(plain, { id: 1, text: 'a', n: 1 }),
      () => other.apply([narrow], { allowDestructive: true }),
    )
    await expect(insert).rejects.toThrowError(coded('SCHEMA_CHANGED'))
    expect(await stored()).toEqual([])
  })
})
