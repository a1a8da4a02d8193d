import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cellar, defineTable, open, t } from 'cellar'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { type Comparison, compare, median } from '../support/measure.ts'
import { authorRows, authors, bookRows, books, SHAPES, type Shape } from './data.ts'

const RUNS = 60
const LINES = 1_000_000
const lines = defineTable('bench_lines', { id: t.int().primaryKey(), text: t.string() })

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
    for (let i = 0; i < RUNS; i += 1) await run()
    return RUNS / ((performance.now() - start) / 1000)
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

/** What a query costs that is made anew for each run, and one that is kept. */
async function printBuilding(cellar: Cellar): Promise<void> {
  const build = SHAPES.find(({ name }) => name === 'a grouped join') as Shape
  const times: number[] = []
  const unused: unknown[] = []
  for (let i = 0; i < 2000; i += 1) {
    const start = performance.now()
    unused.push(build.ours(cellar))
    times.push((performance.now() - start) * 1000)
  }
  const built = median(times)
  const [fresh, kept]: [number[], number[]] = [[], []]
  const query = build.ours(cellar)
  await query.collect()
  for (let i = 0; i < 2500; i += 1) {
    const start = performance.now()
    await build.ours(cellar).collect()
    const middle = performance.now()
    await query.collect()
    // The first runs warm up.
    if (i < 1000) continue
    fresh.push((middle - start) * 1000)
    kept.push((performance.now() - middle) * 1000)
  }
  const compiled = median(fresh) - median(kept)
  console.log(
    `building a query of about 20 nodes: ${built.toFixed(0)} µs; with compiling, what a run takes more than one of a kept query: ${compiled.toFixed(0)} µs, goal 100 ${compiled <= 100 ? 'met' : 'MISSED'}`,
  )
}

/** A filter that JavaScript evaluates over a million rows, against the same loop by hand over a cursor. */
async function compareFilter(cellar: Cellar, client: pg.Client, rounds: number): Promise<Comparison> {
  await client.query(
    `insert into cellar_data."bench_lines" (id, text, _version) select i, 'Line ' || i, 1 from generate_series(1, ${LINES}) i`,
  )
  await client.query('vacuum analyze cellar_data."bench_lines"')
  const query = cellar
    .from(lines)
    .where((c) => c.text.lower().endsWith('777'))
    .select((c) => ({ id: c.id }))
  const idle = process.memoryUsage.rss()
  let peak = idle
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 20)
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
  const result = await compare('a filter in JavaScript over 1,000,000 rows', {
    unit: 'rows/s',
    goal: 0.5,
    rounds: Math.min(rounds, 9),
    ours: { name: 'cellar', round: ours },
    theirs: { name: 'a cursor by hand', round: theirs },
  })
  clearInterval(watch)
  const grown = (peak - idle) / 1024 ** 2
  console.log(
    `filter in JavaScript: memory grows by ${grown.toFixed(0)} MB, goal 150 ${grown < 150 ? 'met' : 'MISSED'}`,
  )
  return result
}
