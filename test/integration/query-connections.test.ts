import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { rawSql } from '../support/raw-sql.ts'

/** Transactions that wait for whoever opened them. */
const HELD = `select count(*)::int as held from pg_stat_activity
  where datname = current_database() and state like 'idle in transaction%'`

let database: TestDatabase
let cellar: Cellar
const held: number[] = []

/** Notes how many transactions are open while it runs. */
const look = defineFunction({
  name: 'connectionsLook',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => {
    const [row] = await rawSql<{ held: number }>(database, HELD)
    held.push(row?.held ?? -1)
    return text.toUpperCase()
  },
})
/** Reads the same database, as a function that looks something up does. */
const again = defineFunction({
  name: 'connectionsAgain',
  args: { id: t.int() },
  returns: t.int(),
  run: async ({ id }) =>
    cellar
      .from(lines)
      .where((c) => c.id.lte(id))
      .count(),
})
const lines = defineTable('connections.lines', { id: t.int().primaryKey(), text: t.string() })
const ROWS = 2500

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open({ ...database.options, poolSize: 2 })
  await cellar.apply([lines])
  await cellar.insert(
    lines,
    Array.from({ length: ROWS }, (_, id) => ({ id, text: `${id % 7} ${'x'.repeat(id % 3 === 0 ? 9000 : 3000)}` })),
  )
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

const few = () => cellar.from(lines).where((c) => c.id.lt(20))

test('no transaction is open while a function runs, however its rows are read', async () => {
  held.length = 0
  for await (const _ of few()
    .where((c) => look({ text: c.text }).startsWith('1'))
    .stream());
  expect(
    await few()
      .orderBy((c) => look({ text: c.text }))
      .collect(),
  ).toHaveLength(20)
  expect(
    await few()
      .where((c) => look({ text: c.text }).startsWith('1'))
      .count(),
  ).toBe(3)
  expect(held.length).toBeGreaterThan(40)
  expect(held.filter((count) => count !== 0)).toEqual([])
})

test('so many rows that they are kept aside come whole and in order', async () => {
  const ids: number[] = []
  const query = cellar
    .from(lines)
    .join(lines, (a, b) => a.id.eq(b.id))
    .where((a) => again({ id: a.id.mod(3) }).gt(1))
    .orderBy((a) => a.id.desc())
    .select((a, b) => ({ id: a.id, same: b.id, text: a.text }))
  for await (const { id, same, text } of query.stream()) {
    expect(same).toBe(id)
    expect(text.startsWith(`${id % 7} `)).toBe(true)
    ids.push(id)
  }
  const expected = Array.from({ length: ROWS }, (_, id) => id).filter((id) => id % 3 > 0)
  expect(ids).toEqual(expected.reverse())
  const left = await rawSql(database, `select 1 from pg_class where relname like 'scratch\\_%'`)
  expect(left).toEqual([])
})

test('several streams of functions that read the database do not wait for each other', async () => {
  const read = async () => {
    let rows = 0
    for await (const _ of few()
      .where((c) => again({ id: c.id }).gt(10))
      .stream())
      rows += 1
    return rows
  }
  expect(await Promise.all([read(), read(), read(), read()])).toEqual([10, 10, 10, 10])
})

test('a function that may take its time is refused inside a transaction', async () => {
  const inside = cellar.transaction((tx) =>
    tx
      .from(lines)
      .where((c) => look({ text: c.text }).eq('x'))
      .collect(),
  )
  await expect(inside).rejects.toMatchObject({ code: 'FUNCTION_NOT_CHEAP' })
})

test('one connection is enough for what JavaScript orders, however much it is', async () => {
  const lone = await open({ ...database.options, poolSize: 1 })
  const ordered = await lone
    .from(lines)
    .orderBy((c) => [c.text.lower(), c.id])
    .select((c) => ({ id: c.id, loud: c.text.upper() }))
    .collect()
  expect(ordered).toHaveLength(ROWS)
  expect(ordered[0]?.id).toBe(7)
  await lone.close()
})
