import { defineFunction, defineTable, t } from 'cellar'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testMode } from '../support/databases.ts'
import { useCellar } from '../support/use-cellar.ts'
import { watchedWork } from '../support/watched-work.ts'

const columns = { id: t.int().primaryKey(), text: t.string(), n: t.int() }
const touch = defineFunction({
  name: 'olderRowsTouch',
  args: { n: t.int() },
  returns: t.int(),
  run: ({ n }) => n + 1,
})
const { watched, work } = watchedWork('olderRowsWork')
const versioned = (version: string) =>
  defineFunction({
    name: 'olderRowsVersioned',
    version,
    args: { text: t.string() },
    returns: t.string(),
    run: ({ text }) => `${version}:${text}`,
  })
const first = defineTable('older', columns)
  .computed('loud', (c) => c.text.upper())
  .computed('pair', (c) => c.loud.concat('/', c.n.toText()))
  .computed('seen', (c) => versioned('1')({ text: c.text }))
const second = defineTable('older', columns)
  .computed('loud', (c) => c.text.lower())
  .computed('pair', (c) => c.loud.concat('/', c.n.toText()))
  .computed('seen', (c) => versioned('2')({ text: c.text }))

/** Other work on the machine makes it slow. */
const PATIENT = { timeout: 20_000 }

const scene = useCellar([])

beforeEach(async () => {
  const { cellar } = scene
  await cellar.apply([first])
  await cellar.insert(first, [
    { id: 1, text: 'Aa', n: 1 },
    { id: 2, text: 'Bb', n: 2 },
    { id: 3, text: 'Cc', n: 3 },
  ])
})
afterEach(async () => {
  watched.reset()
  await scene.cellar.drop('older')
})

/** All set n of row 2 to 5, which `loud` and `seen` do not depend on, and `pair` does. */
const updates: Readonly<Record<string, () => Promise<unknown>>> = {
  'by key': () => scene.cellar.update(second, { n: 5 }, { where: (c) => c.id.eq(2) }),
  'of rows that match': () => scene.cellar.update(second, { n: 5 }, { where: (c) => c.text.eq('Bb') }),
  'by an expression': () => scene.cellar.update(second, { n: second.c.n.add(3) }, { where: (c) => c.n.eq(2) }),
  'by a function': () => scene.cellar.update(second, { n: touch({ n: 4 }) }, { where: (c) => c.id.eq(2) }),
  'in a batch': () => scene.cellar.batchUpdate(second, [{ id: 2, n: 5 }]),
  'in a batch that may insert': () => scene.cellar.batchUpdate(second, [{ id: 2, n: 5 }], { ifMissing: 'insert' }),
  'in a transaction': () => scene.cellar.transaction((tx) => tx.update(second, { n: 5 }, { where: (c) => c.id.eq(2) })),
}

interface Stored extends Record<string, unknown> {
  readonly id: number
  readonly loud: string | null
  readonly pair: string | null
  readonly seen: string | null
  readonly cells: Readonly<Record<string, { readonly state: string }>> | null
}

const stored = () =>
  scene.sql<Stored>('select id::int, loud, pair, seen, _cells as cells from cellar_data.older order by id')

describe.each(Object.entries(updates))('an update %s of a row that is older than an expression', (_, update) => {
  it('marks what it leaves as it was, before anybody else does', async () => {
    const { cellar } = scene
    await cellar.apply([second], { wait: false })
    await update()
    const [, row] = await stored()
    expect(row).toMatchObject({ loud: null, pair: null, seen: '1:Bb' })
    expect(Object.entries(row?.cells ?? {}).map(([name, { state }]) => `${name} ${state}`)).toEqual(
      expect.arrayContaining(['loud pending', 'pair pending', 'seen stale']),
    )
    const noted = await scene.sql('select "column" from cellar.cell_errors')
    expect(noted).toHaveLength(3)

    await cellar.apply([second])
    expect((await stored()).map(({ loud, pair, seen }) => [loud, pair, seen])).toEqual([
      ['aa', 'aa/1', '1:Aa'],
      ['bb', 'bb/5', '1:Bb'],
      ['cc', 'cc/3', '1:Cc'],
    ])
    await cellar.recompute(second, ['seen'])
    const after = await stored()
    expect(after.map(({ seen, cells }) => [seen, cells])).toEqual([
      ['2:Aa', null],
      ['2:Bb', null],
      ['2:Cc', null],
    ])
  })
})

it.runIf(testMode === 'server')('rows are marked although the marking meets a deadlock', async () => {
  const { cellar, database } = scene
  await cellar.apply([second], { wait: false })
  const client = new pg.Client({ connectionString: database.databaseUrl })
  await client.connect()
  try {
    await client.query('begin; select from cellar_data.older where id = 3 for update')
    const applied = cellar.apply([second])
    applied.catch(() => {})
    const blocked = `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await client.query(blocked)).rows, { ...PATIENT, interval: 20 }).toEqual([{ n: 1 }])
    // Whoever waited first notices.
    await client.query('select from cellar_data.older where id = 1 for update')
    await client.query('commit')
    await applied
  } finally {
    await client.end()
  }
  expect((await stored()).map(({ loud }) => loud)).toEqual(['aa', 'bb', 'cc'])
})

describe('an update of a row', () => {
  it('that computes the new expression leaves nothing to do', async () => {
    const { cellar } = scene
    await cellar.apply([second], { wait: false })
    await cellar.update(second, { text: 'Dd', n: 4 }, { where: (c) => c.id.eq(2) })
    const [, row] = await stored()
    expect(row).toMatchObject({ loud: 'dd', pair: 'dd/4', seen: '2:Dd', cells: null })
    await cellar.apply([second])
    expect((await stored())[1]).toMatchObject({ loud: 'dd', pair: 'dd/4', seen: '2:Dd', cells: null })
  })

  it('leaves waiting what reads cells that wait', async () => {
    const { cellar } = scene
    const third = defineTable('older', columns)
      .computed('late', (c) => work({ text: c.text }))
      .computed('pair', (c) => c.late.concat('/', c.n.toText()))
      .computed('sum', (c) => c.n.add(1))
    const opened = Promise.withResolvers<void>()
    watched.gate = opened.promise
    const applied = cellar.apply([third], { allowDestructive: true })
    await expect.poll(() => watched.calls.length, PATIENT).toBeGreaterThan(0)
    await cellar.update(third, { n: 7 }, { where: (c) => c.id.eq(1) })
    const waiting = await scene.sql('select late, pair, sum::int, _cells as cells from cellar_data.older where id = 1')
    expect(waiting).toMatchObject([
      { late: null, pair: null, sum: 8, cells: { late: { state: 'pending' }, pair: { state: 'pending' } } },
    ])
    opened.resolve()
    await applied
    const rows = await scene.sql('select late, pair, sum::int, _cells from cellar_data.older order by id')
    expect(rows).toEqual([
      { late: '<Aa>', pair: '<Aa>/7', sum: 8, _cells: null },
      { late: '<Bb>', pair: '<Bb>/2', sum: 3, _cells: null },
      { late: '<Cc>', pair: '<Cc>/3', sum: 4, _cells: null },
    ])
  })
})
