import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testMode } from '../support/databases.ts'
import { connectSql } from '../support/sql.ts'
import { useCellar } from '../support/use-cellar.ts'

const weigh = defineFunction({
  name: 'sharingWeigh',
  args: { seed: t.string() },
  returns: t.int(),
  run: ({ seed }) => {
    if (seed === 'bad') throw new RangeError('no weight')
    return seed.length
  },
})

const parents = defineTable('parents', { id: t.int().primaryKey() })
const columns = () => ({
  id: t.int().primaryKey(),
  tag: t.string().unique().nullable(),
  parent: t.int().references('parents.id').nullable(),
  text: t.string(),
  seed: t.string(),
})
const define = (name: string, options: { history: boolean }) =>
  defineTable(name, columns(), options)
    .computed('loud', (c) => c.text.upper())
    .computed('weight', (c) => weigh({ seed: c.seed }), { onError: 'store' })
const together = define('together', { history: true })
const alone = define('alone', { history: true })
const plainTogether = define('plain_together', { history: false })
const plainAlone = define('plain_alone', { history: false })
type Notes = typeof together

const scene = useCellar([parents, together, alone, plainTogether, plainAlone])

interface Request {
  readonly id: number
  readonly by: 'key' | 'condition'
  readonly changes: {
    readonly text?: string
    readonly seed?: string
    readonly tag?: string | null
    readonly parent?: number | null
  }
}

/** Rows 1 to 8 are there; 6 to 8 have a cell that failed. The tag 'taken' belongs to a row that nobody changes. */
const START = [
  ...Array.from({ length: 8 }, (_, i) => ({ id: i + 1, text: `t${i + 1}`, seed: i < 5 ? 'good' : 'bad' })),
  { id: 100, tag: 'taken', text: 'x', seed: 'x' },
]

const text = fc.string({ maxLength: 5 })
const change: fc.Arbitrary<Request['changes']> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ text }) },
  { weight: 2, arbitrary: fc.record({ seed: fc.constantFrom('good', 'bad', 'better') }) },
  { weight: 2, arbitrary: fc.record({ text, parent: fc.constantFrom(1, 2, 99, null) }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constantFrom('taken', null) }) },
)
const request: fc.Arbitrary<Request> = fc.record({
  id: fc.integer({ min: 1, max: 10 }),
  by: fc.constantFrom('key', 'condition'),
  changes: change,
})

/** What a request came to: the row with a number of its own, or the error that it got. */
async function send(cellar: Cellar, table: Notes, { id, by, changes }: Request, actor: string) {
  const options = { returnRows: true, actor, label: `row ${id}` } as const
  try {
    const { count, version, rows, errors } =
      by === 'key'
        ? await cellar.batchUpdate(table, [{ id, ...changes }], options)
        : await cellar.update(table, changes, { ...options, where: (c) => c.id.eq(id) })
    return { count, version, rows: [...rows], errors }
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return { code, message: message.replaceAll(/\w*(together|alone)\w*/g, 'the table') }
  }
}

type Outcome = Awaited<ReturnType<typeof send>> | undefined
const versionOf = (outcome: Outcome) => outcome?.version || Number.POSITIVE_INFINITY
const withoutVersion = (outcome: Outcome) => ({ ...outcome, version: 0 })

/** Every state of every row, in order, with who made it; without the numbers, which differ between tables. */
const statesOf = (path: string, history: boolean) => `
  select s.id::int, s.tag, s.parent::int, s.text, s.seed, s.loud, s.weight::int, s."_cells" - 'weight' as others,
    s."_cells" -> 'weight' ->> 'code' as code, v.actor, v.label, s.ended is null as live,
    s.ended is not distinct from lead(s."_version") over (partition by s.id order by s."_version") as unbroken
  from (select *, null::int8 as ended from cellar_data.${path}
    ${history ? `union all select * from cellar_data."${path}$history"` : ''}) s
  join cellar.versions v on v.version = s."_version" order by s.id, s."_version"`

test.each([
  ['with history', { shared: together, single: alone, history: true }],
  ['without history', { shared: plainTogether, single: plainAlone, history: false }],
])(
  'updates of single rows that share statements end as if each had run alone, one after the other, %s',
  async (_, { shared, single, history }) => {
    const { cellar } = scene
    await cellar.insert(parents, [{ id: 1 }, { id: 2 }])
    const reset = async (table: Notes) => {
      await scene.sql(
        `truncate ${history ? `cellar_data."${pathOf(table)}$history", ` : ''}cellar_data.${pathOf(table)}`,
      )
      await cellar.insert(table, START)
    }
    const pathOf = (table: Notes) =>
      table === together ? 'together' : table === alone ? 'alone' : table === shared ? 'plain_together' : 'plain_alone'
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 40 }), async (requests) => {
        await reset(shared)
        await reset(single)
        const outcomes = await Promise.all(requests.map((item, place) => send(cellar, shared, item, `a${place}`)))
        const versions = outcomes.flatMap((outcome) => outcome.version || [])
        expect(new Set(versions).size).toBe(versions.length)
        // Alone they run in the order of their numbers; whoever changed nothing is as good anywhere.
        const order = requests.map((_, place) => place)
        order.sort((a, b) => versionOf(outcomes[a]) - versionOf(outcomes[b]))
        for (const place of order) {
          const expected = await send(cellar, single, requests[place] as Request, `a${place}`)
          expect(withoutVersion(outcomes[place])).toEqual(withoutVersion(expected))
        }
        const states = await scene.sql(statesOf(pathOf(shared), history))
        expect(states.every(({ unbroken }) => unbroken)).toBe(true)
        expect(states).toEqual(await scene.sql(statesOf(pathOf(single), history)))
        expect(states).toHaveLength(START.length + (history ? versions.length : 0))
        const failed = async (table: Notes) =>
          (await cellar.inspect.cellErrors({ path: pathOf(table) })).map(({ key, column, code }) => ({
            key,
            column,
            code,
          }))
        expect(await failed(shared)).toEqual(await failed(single))
      }),
      { numRuns: 25 },
    )
  },
)

test('requests do share statements: many at once take far fewer transactions than requests', async () => {
  const { cellar } = scene
  const rows = Array.from({ length: 200 }, (_, id) => ({ id, text: 'old', seed: 'good' }))
  await cellar.insert(together, rows)
  const results = await Promise.all(
    rows.map(({ id }) =>
      id % 2 === 0
        ? cellar.batchUpdate(together, [{ id, text: `t${id}` }], { actor: `a${id}` })
        : cellar.update(together, { text: `t${id}` }, { where: (c) => c.id.eq(id), actor: `a${id}` }),
    ),
  )
  expect(new Set(results.map((result) => result.version)).size).toBe(200)
  const versions = await scene.sql(
    `select version::int, actor from cellar.versions where operation = 'update' order by version`,
  )
  const expected = results.map(({ version }, id) => ({ version, actor: `a${id}` }))
  expect(versions).toEqual(expected.toSorted((a, b) => a.version - b.version))
  const [counted] = await scene.sql(
    `select count(distinct xid)::int as n from cellar.versions where operation = 'update'`,
  )
  expect(counted?.n).toBeLessThan(20)
  const [chained] = await scene.sql(
    `select count(*)::int as n from cellar_data.together t
      join cellar_data."together$history" h on h."_rowid" = t."_rowid" and h."_ended" = t."_version"
      where h.text = 'old' and t.text = 't' || t.id and t.loud = 'T' || t.id`,
  )
  expect(chained?.n).toBe(200)
})

test('sixteen writers of eight rows, of two handles, leave unbroken chains of versions', async () => {
  const { cellar, database } = scene
  await cellar.insert(together, START.slice(0, 8))
  await using other = await open(database.options)
  const versions = new Set<number>()
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      const handle = writer % 2 === 0 ? cellar : other
      for (let turn = 0; turn < 20; turn += 1) {
        const id = 1 + ((writer * 3 + turn * (writer % 2 === 0 ? 1 : 7)) % 8)
        const seed = turn % 3 === 0 ? { seed: turn % 2 === 0 ? 'good' : 'bad' } : {}
        const { count, version } = await handle.batchUpdate(together, [{ id, text: `w${writer} ${turn}`, ...seed }])
        expect(count).toBe(1)
        versions.add(version)
      }
    }),
  )
  const states = await scene.sql<{ unbroken: boolean; live: boolean }>(statesOf('together', true))
  expect(versions.size).toBe(16 * 20)
  expect(states).toHaveLength(8 + 16 * 20)
  expect(states.every(({ unbroken }) => unbroken)).toBe(true)
  expect(states.filter(({ live }) => live)).toHaveLength(8)
})

test('a row that somebody holds makes nobody wait but those who want it', async ({ skip }) => {
  if (testMode === 'embedded') skip('the one session of an embedded database does one thing after the other')
  const { cellar } = scene
  await cellar.insert(together, START.slice(0, 8))
  const held = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holder = cellar.transaction(async (tx) => {
    await tx.batchUpdate(together, [{ id: 1, text: 'held' }])
    locked.resolve()
    await held.promise
  })
  await locked.promise
  let waited = false
  const waiting = [0, 1, 2].map((turn) =>
    cellar.batchUpdate(together, [{ id: 1, text: `after ${turn}` }]).then((result) => {
      waited = true
      return result
    }),
  )
  const others = await Promise.all(
    Array.from({ length: 40 }, (_, n) => cellar.batchUpdate(together, [{ id: 2 + (n % 7), text: `free ${n}` }])),
  )
  expect(others.every(({ count }) => count === 1)).toBe(true)
  expect(waited).toBe(false)
  held.resolve()
  await holder
  expect((await Promise.all(waiting)).every(({ count }) => count === 1)).toBe(true)
  const states = await scene.sql<{ id: number; text: string; unbroken: boolean }>(statesOf('together', true))
  expect(states.filter(({ id }) => id === 1).map((state) => state.text)).toHaveLength(5)
  expect(states.every(({ unbroken }) => unbroken)).toBe(true)
})

test('an update that waited for one that let a cell fail leaves no error behind', async ({ skip }) => {
  if (testMode === 'embedded') skip('the one session of an embedded database does one thing after the other')
  const { cellar, database } = scene
  await cellar.insert(together, START.slice(0, 1))
  await using sql = await connectSql(database)
  await sql.rows('begin')
  const [row] = await sql.rows<{ id: string }>('select "_rowid" as id from cellar_data.together for update')
  const waiting = cellar.batchUpdate(together, [{ id: 1, seed: 'better' }])
  const blocked = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await expect.poll(() => sql.rows(blocked), { interval: 10, timeout: 10_000 }).toHaveLength(1)
  const state = { weight: { state: 'failed', code: 'RangeError', message: 'no weight', at: new Date().toISOString() } }
  await sql.rows('update cellar_data.together set "_cells" = $1', [JSON.stringify(state)])
  const entry = `insert into cellar.cell_errors select id, $1, 'weight' from cellar.tables where path = 'together'`
  await sql.rows(entry, [row?.id])
  await sql.rows('commit')
  expect(await waiting).toMatchObject({ count: 1 })
  expect(await cellar.inspect.cellErrors({ path: 'together' })).toEqual([])
  expect((await cellar.inspect.describe('together')).cells).toEqual({ failed: 0, pending: 0 })
  expect(await cellar.inspect.doctor()).toContainEqual(
    expect.objectContaining({ check: 'cells', detail: 'none failed, waiting or stale' }),
  )
})

test('updates in a transaction share nothing: they go with it', async () => {
  const { cellar } = scene
  await cellar.insert(together, START.slice(0, 8))
  const undone = cellar.transaction(async (tx) => {
    for (const { id } of START.slice(0, 4)) await tx.batchUpdate(together, [{ id, text: 'undone' }])
    await tx.update(together, { text: 'undone' }, { where: (c) => c.id.eq(5) })
    throw new RangeError('changed my mind')
  })
  await expect(undone).rejects.toThrow(RangeError)
  expect(
    await cellar
      .from(together)
      .where((c) => c.text.eq('undone'))
      .count(),
  ).toBe(0)
  const outside = cellar.transaction(async (tx) => {
    await tx.batchUpdate(together, [{ id: 1, text: 'inside' }])
    await cellar.batchUpdate(together, [{ id: 2, text: 'outside' }])
  })
  await expect(outside).rejects.toMatchObject({ code: 'TRANSACTION_REENTRY' })
  expect(
    await cellar
      .from(together)
      .where((c) => c.text.in(['inside', 'outside']))
      .count(),
  ).toBe(0)
})

test('a condition that says more than a key, or less, is not taken for one', async () => {
  const { cellar } = scene
  await cellar.insert(together, START)
  const change = (text: string, where: (c: Notes['c']) => ReturnType<Notes['c']['id']['eq']>) =>
    cellar.update(together, { text }, { where, returnRows: true })
  expect(await change('a', (c) => c.id.eq(1).and(c.text.eq('t1')))).toMatchObject({ count: 1, rows: [{ text: 'a' }] })
  expect(await change('b', (c) => c.id.eq(1).and(c.text.eq('t1')))).toMatchObject({ count: 0, rows: [] })
  expect(await change('c', (c) => c.id.eq(1).and(c.id.eq(2)))).toMatchObject({ count: 0, version: 0 })
  expect(await change('d', (c) => c.id.gt(7))).toMatchObject({ count: 2 })
  expect(await change('e', (c) => c.id.eq(11))).toEqual({ count: 0, version: 0, rows: [], errors: [] })
  const moved = await cellar.update(together, { id: 50 }, { where: (c) => c.id.eq(2), returnRows: true })
  expect(moved).toMatchObject({ count: 1, rows: [{ id: 50, text: 't2' }] })
  const failing = cellar.update(together, { parent: 99 }, { where: (c) => c.id.eq(3) })
  await expect(failing).rejects.toMatchObject({ code: 'INVALID_VALUE', issues: [{ path: ['parent'] }] })
})
