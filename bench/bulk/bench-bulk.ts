import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'cellar'
import pg from 'pg'
import { type Comparison, compare } from '../support/measure.ts'
import { memoryOf } from '../support/memory.ts'
import { byExpression, byFunction, makeRows, ROWS } from './tables.ts'

const BATCH = 5_000

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
  const rows = makeRows()

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
  await cellar.close()
  await pool.end()
  const megabytes = await memoryOf(new URL('memory.ts', import.meta.url), {
    BENCH_DATABASE: databaseUrl,
    BENCH_HOME: home,
  })
  await rm(home, { recursive: true, force: true })
  return { comparisons, megabytes }
}
