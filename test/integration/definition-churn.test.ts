import { type Cellar, defineFunction, defineTable, open, t } from 'cellar'
import { expect, test } from 'vitest'
import { testDatabase } from '../support/databases.ts'
import { rawSql } from '../support/raw-sql.ts'

/** Milliseconds in which rows are written and the definition changes. */
const TIME = 6_000
/** What callers are told when they come too late in the rush: nothing was written. */
const EXPECTED = new Set(['TRANSACTION_TIMEOUT', 'SCHEMA_LOCKED'])
const IDS = 40

const size = defineFunction({
  name: 'churnSize',
  args: { text: t.string() },
  returns: t.int(),
  run: async ({ text }) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4))
    return text.length
  },
})
const tag = (version: string) =>
  defineFunction({
    name: 'churnTag',
    version,
    args: { text: t.string() },
    returns: t.string(),
    run: ({ text }) => `${version}:${text}`,
  })

const base = defineTable('churn', {
  id: t.int().primaryKey(),
  text: t.string(),
  n: t.int().default(0),
}).computed('size', (c) => size({ text: c.text }))
const upper = base.computed('loud', (c) => c.text.upper())
const lower = base.computed('loud', (c) => c.text.lower())

/** Columns come, change their expressions, get dependents, call functions in several versions, and go. */
const definitions = [
  upper,
  lower,
  upper.computed('pair', (c) => c.loud.concat('/', c.n.toText())),
  lower.computed('pair', (c) => c.loud.concat('/', c.n.toText())),
  lower.computed('tag', (c) => tag('1')({ text: c.text })),
  upper.computed('tag', (c) => tag('2')({ text: c.text })),
  base,
  base.computed('pair', (c) => c.text.concat('/', c.n.toText())).computed('twice', (c) => c.size.mul(2)),
]

const random = (most: number) => Math.floor(Math.random() * most)
const id = () => 1 + random(IDS)
const text = () => `${'aBc'.repeat(1 + random(3))}${random(1_000)}`

async function* streamed(count: number) {
  for (let i = 0; i < count; i += 1) yield { id: 1_000 + random(1_000_000_000), text: text() }
}

type Writer = (cellar: Cellar) => Promise<unknown>

const writers: Readonly<Record<string, Writer>> = {
  insert: (cellar) => cellar.insert(base, { id: 1_000 + random(1_000_000_000), text: text() }),
  'insert of a taken key': (cellar) => cellar.insert(base, [{ id: id(), text: text() }], { onInvalid: 'skip' }),
  'insert of several': (cellar) => cellar.insert(base, Array.from(streamedArray(3))),
  'insert of a stream': (cellar) => cellar.insert(base, streamed(3)),
  'update by key': (cellar) => cellar.update(base, { text: text() }, { where: (c) => c.id.eq(id()) }),
  'update of another column': (cellar) => cellar.update(base, { n: random(100) }, { where: (c) => c.id.eq(id()) }),
  'update by condition': (cellar) =>
    cellar.update(base, { n: base.c.n.add(1) }, { where: (c) => c.id.in([id(), id()]) }),
  'update that reads': (cellar) =>
    cellar.update(base, { text: base.c.text.concat('x') }, { where: (c) => c.id.eq(id()).and(c.text.length().lt(30)) }),
  'batch update': (cellar) =>
    cellar.batchUpdate(
      base,
      distinct().map((key) => ({ id: key, text: text() })),
      { ifMissing: 'ignore' },
    ),
  'batch update that inserts': (cellar) =>
    cellar.batchUpdate(
      base,
      distinct().map((key) => ({ id: key, text: text() })),
      { ifMissing: 'insert' },
    ),
  delete: (cellar) => cellar.delete(base, { where: (c) => c.id.eq(id()) }),
  recompute: (cellar) => cellar.recompute(base, ['size'], { where: (c) => c.id.eq(id()) }),
  transaction: (cellar) =>
    cellar.transaction((tx) => tx.update(base, { n: random(100) }, { where: (c) => c.id.eq(id()) })),
}

function* streamedArray(count: number) {
  for (let i = 0; i < count; i += 1) yield { id: 1_000 + random(1_000_000_000), text: text() }
}

const distinct = () => [...new Set([id(), id(), id()])]

interface Stored {
  readonly id: number
  readonly text: string
  readonly n: number
  readonly [column: string]: unknown
  readonly _cells: Readonly<Record<string, { readonly state: string }>> | null
}

test('whatever is written while the definition changes ends up right or marked', async () => {
  await using database = await testDatabase()
  await using first = await open(database.options)
  await using second = await open(database.options)
  await first.apply([base])
  await first.insert(
    base,
    Array.from({ length: IDS }, (_, i) => ({ id: i + 1, text: text() })),
  )

  const end = Date.now() + TIME
  const runs = new Map<string, number>()
  const failures: string[] = []
  const repeat = async (name: string, run: () => Promise<unknown>) => {
    while (Date.now() < end && failures.length < 5) {
      try {
        await run()
      } catch (error) {
        const { code = '' } = error as { code?: string }
        if (!EXPECTED.has(code)) failures.push(`${name}: ${code} ${String(error)}`)
      }
      runs.set(name, (runs.get(name) ?? 0) + 1)
    }
  }
  const change = async (cellar: Cellar) => {
    const definition = definitions[random(definitions.length)] ?? base
    await cellar.apply([definition], { allowDestructive: true })
    await new Promise((resolve) => setTimeout(resolve, random(60)))
  }
  await Promise.all([
    repeat('change', () => change(first)),
    repeat('change elsewhere', () => change(second)),
    ...Object.entries(writers).map(([name, run], i) => repeat(name, () => run(i % 2 === 0 ? first : second))),
  ])
  expect(failures).toEqual([])
  for (const name of Object.keys(writers)) expect(runs.get(name) ?? 0, name).toBeGreaterThan(0)

  const last = lower
    .computed('pair', (c) => c.loud.concat('/', c.n.toText()))
    .computed('tag', (c) => tag('2')({ text: c.text }))
  await first.apply([last], { allowDestructive: true })
  const rows = await rawSql<{ row: Stored }>(database, 'select to_jsonb(t) as row from cellar_data.churn t')
  expect(rows.length).toBeGreaterThan(0)
  const wrong = rows.flatMap(({ row }) => {
    const right: Readonly<Record<string, unknown>> = {
      size: row.text.length,
      loud: row.text.toLowerCase(),
      pair: `${row.text.toLowerCase()}/${row.n}`,
      tag: `2:${row.text}`,
    }
    const bad = Object.keys(right).filter((name) => row[name] !== right[name] && row._cells?.[name] === undefined)
    // Only the values of another version of a function may stay.
    const open = Object.entries(row._cells ?? {}).filter(([name, { state }]) => name !== 'tag' || state !== 'stale')
    return bad.length + open.length > 0 ? [{ bad, row }] : []
  })
  expect(wrong).toEqual([])
}, 90_000)
