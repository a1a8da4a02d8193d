import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineFunction, defineTable, open, t } from 'cellar'
import pg from 'pg'
import { type Comparison, compare } from './support/measure.ts'

const ROWS = 100_000
const BATCH = 5_000

const shout = defineFunction({
  name: 'bench.shout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => `${text}!`,
})
const columns = () => ({ id: t.int().primaryKey(), text: t.string() })
const byExpression = defineTable('bulk_expression', columns()).computed('shout', (c) => c.text.upper())
const byFunction = defineTable('bulk_function', columns()).computed('shout', (c) => shout({ text: c.text }))

/** Bulk insert against `insert … select` from arrays by hand, on the same server. */
export async function benchBulk(
  databaseUrl: string,
  rounds: number,
): Promise<{ comparisons: Comparison[]; megabytes: number }> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  const cellar = await open({ home, databaseUrl })
  await cellar.apply([byExpression, byFunction])
  await pool.query(
    'create table if not exists bulk_hand (id bigint primary key, text text not null, shout text not null)',
  )
  const rows = Array.from({ length: ROWS }, (_, id) => ({ id, text: `some text ${id}` }))

  const hand = (compute: (text: string) => string) => ({
    name: 'by hand',
    round: async () => {
      await pool.query('truncate bulk_hand')
      const start = performance.now()
      await pool.query('begin')
      for (let from = 0; from < ROWS; from += BATCH) {
        const part = rows.slice(from, from + BATCH)
        await pool.query({
          name: 'bulk',
          text: 'insert into bulk_hand select * from unnest($1::bigint[], $2::text[], $3::text[])',
          values: [part.map((row) => row.id), part.map((row) => row.text), part.map((row) => compute(row.text))],
        })
      }
      await pool.query('commit')
      return ROWS / ((performance.now() - start) / 1000)
    },
  })
  const ours = (table: typeof byExpression | typeof byFunction) => ({
    name: 'cellar',
    round: async () => {
      await pool.query(`truncate cellar_data."${table['~name']}"`)
      const start = performance.now()
      await cellar.insert(table, rows)
      return ROWS / ((performance.now() - start) / 1000)
    },
  })
  const comparisons = [
    await compare('bulk insert of 100,000 rows, one expression', {
      unit: 'rows/s',
      goal: 0.8,
      rounds,
      ours: ours(byExpression),
      theirs: hand((text) => text.toUpperCase()),
    }),
    await compare('bulk insert of 100,000 rows, one function', {
      unit: 'rows/s',
      goal: 0.5,
      rounds,
      ours: ours(byFunction),
      theirs: hand((text) => `${text}!`),
    }),
  ]
  const megabytes = await memoryOf(async () => {
    await pool.query(`truncate cellar_data."${byExpression['~name']}"`)
    await cellar.insert(byExpression, rows)
  })
  await cellar.close()
  await pool.end()
  await rm(home, { recursive: true, force: true })
  return { comparisons, megabytes }
}

/** Resident megabytes above those before, at the highest. */
async function memoryOf(work: () => Promise<void>): Promise<number> {
  globalThis.gc?.()
  const resident = () => process.memoryUsage.rss() / 1024 ** 2
  const before = resident()
  let peak = before
  const timer = setInterval(() => {
    peak = Math.max(peak, resident())
  }, 5)
  await work()
  clearInterval(timer)
  return peak - before
}
