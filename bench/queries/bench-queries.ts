import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cellar, open } from 'cellar'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { type Comparison, compare, median } from '../support/measure.ts'
import { memoryOf } from '../support/memory.ts'
import { authorRows, authors, bookRows, books, emptyGroups, filtered, lines, SHAPES, type Shape } from './data.ts'

/** Milliseconds. */
const ROUND = 300
const LINES = 1_000_000

/** Queries against the same SQL by hand through `pg`, over one connection each, with named statements. */
export async function* benchQueries(databaseUrl: string, rounds: number): AsyncGenerator<Comparison> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const cellar = await open({ home, databaseUrl })
  try {
    await cellar.apply([authors, books, lines])
    await cellar.insert(authors, authorRows())
    await cellar.insert(books, bookRows())
    await client.query('analyze')
    for (const shape of SHAPES) yield await compareShape(cellar, client, shape, rounds)
    await printBuilding(cellar)
    yield await compareFilter(cellar, client, rounds)
    const memory = new URL('memory.ts', import.meta.url)
    const grown = await memoryOf(memory, { BENCH_DATABASE: databaseUrl, BENCH_HOME: home })
    console.log(
      `filter in JavaScript: memory grows by ${grown.toFixed(0)} MB, goal 150 ${grown < 150 ? 'met' : 'MISSED'}`,
    )
  } finally {
    await cellar.close()
    await client.end()
    await rm(home, { recursive: true, force: true })
  }
}

async function compareShape(cellar: Cellar, client: pg.Client, shape: Shape, rounds: number): Promise<Comparison> {
  const { name, sql, values } = shape
  const query = shape.ours(cellar)
  const timed = (run: () => Promise<unknown>) => async () => {
    const start = performance.now()
    let runs = 0
    for (; performance.now() - start < ROUND; runs += 1) await run()
    return runs / ((performance.now() - start) / 1000)
  }
  const [ours, theirs] = [await query.collect(), (await client.query({ text: sql, values: [...values] })).rows]
  if (ours.length !== theirs.length) throw new Error(`${name}: ${ours.length} rows against ${theirs.length}`)
  return compare(`query: ${name} (${ours.length} rows)`, {
    unit: 'runs/s',
    goal: 0.95,
    rounds,
    ours: { name: 'cellar', round: timed(() => query.collect()) },
    theirs: { name: 'by hand', round: timed(() => client.query({ name, text: sql, values: [...values] })) },
  })
}

/** What a run of a query that is made anew takes more than one of a query that is kept; they take turns at going first. */
async function printBuilding(cellar: Cellar): Promise<void> {
  const kept = emptyGroups(cellar)
  const times: Record<'fresh' | 'kept', number[]> = { fresh: [], kept: [] }
  const run = { fresh: () => emptyGroups(cellar).collect(), kept: () => kept.collect() }
  for (let i = 0; i < 4000; i += 1) {
    for (const name of i % 2 === 0 ? (['fresh', 'kept'] as const) : (['kept', 'fresh'] as const)) {
      const start = performance.now()
      await run[name]()
      // The first runs warm up.
      if (i >= 1000) times[name].push((performance.now() - start) * 1000)
    }
  }
  const more = median(times.fresh) - median(times.kept)
  console.log(
    `building and compiling a query of 20 nodes: ${more.toFixed(0)} µs, goal 100 ${more <= 100 ? 'met' : 'MISSED'}`,
  )
}

/** A filter that JavaScript evaluates over a million rows, against the same loop by hand over a cursor. */
async function compareFilter(cellar: Cellar, client: pg.Client, rounds: number): Promise<Comparison> {
  await client.query(
    `insert into cellar_data."bench_lines" (id, text, _version) select i, 'Line ' || i, 1 from generate_series(1, ${LINES}) i`,
  )
  await client.query('vacuum analyze cellar_data."bench_lines"')
  const query = filtered(cellar)
  const ours = async () => {
    const start = performance.now()
    let found = 0
    for await (const _ of query.stream()) found += 1
    if (found !== LINES / 1000) throw new Error(`${found} rows found`)
    return LINES / ((performance.now() - start) / 1000)
  }
  const theirs = async () => {
    const start = performance.now()
    const cursor = client.query(new Cursor('select id, text from cellar_data."bench_lines"'))
    let found = 0
    for (;;) {
      const rows: { text: string }[] = await cursor.read(1000)
      if (rows.length === 0) break
      for (const row of rows) if (row.text.toLowerCase().endsWith('777')) found += 1
    }
    await cursor.close()
    if (found !== LINES / 1000) throw new Error(`${found} rows found`)
    return LINES / ((performance.now() - start) / 1000)
  }
  return compare('a filter in JavaScript over 1,000,000 rows', {
    unit: 'rows/s',
    goal: 0.5,
    rounds,
    ours: { name: 'cellar', round: ours },
    theirs: { name: 'a cursor by hand', round: theirs },
  })
}
