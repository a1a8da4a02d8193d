import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Comparison, compare } from '../support/measure.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

export interface StreamFigures {
  readonly comparisons: readonly Comparison[]
  /** Resident at the highest above idle: of the first answer, and after all rounds. */
  readonly megabytes: Record<'first' | 'all', { readonly ours: number; readonly theirs: number }>
}

/** All rows of a table as NDJSON, to a client that takes them as fast as they come. */
export async function benchNdjson(databaseUrl: string, rounds: number, rows: number): Promise<StreamFigures> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const env = { BENCH_DATABASE_URL: databaseUrl, BENCH_HOME: home }
  const ours = await startServer('ndjson/cellar.ts', env)
  const theirs = await startServer('ndjson/fastify.ts', env)
  await fill(databaseUrl, rows)
  const side = (name: string, server: ServerProcess, path: string) => ({
    name,
    round: async () => {
      const start = performance.now()
      const lines = await countLines(server.port, path)
      if (lines !== rows) throw new Error(`${name} gave ${lines} of ${rows} rows`)
      return rows / ((performance.now() - start) / 1000)
    },
  })
  const idle = { ours: memory(ours.pid, 'VmRSS'), theirs: memory(theirs.pid, 'VmRSS') }
  const grown = () => ({
    ours: memory(ours.pid, 'VmHWM') - idle.ours,
    theirs: memory(theirs.pid, 'VmHWM') - idle.theirs,
  })
  for (const { port } of [ours, theirs]) await countLines(port, '/all')
  const first = grown()
  const comparisons: Comparison[] = []
  for (const [path, name] of [
    ['/all', 'NDJSON of all rows'],
    ['/ordered', 'NDJSON of all rows, by key'],
  ] as const) {
    const sides = { ours: side('cellar', ours, path), theirs: side('by hand', theirs, path) }
    comparisons.push(await compare(`${name} (${rows})`, { unit: 'rows/s', goal: 0.5, rounds, ...sides }))
  }
  const megabytes = { first, all: grown() }
  await Promise.all([ours.close(), theirs.close()])
  await rm(home, { recursive: true, force: true })
  return { comparisons, megabytes }
}

async function fill(databaseUrl: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(
    `insert into cellar_data.events (id, name, score, at, tags, _version)
      select n, 'event number ' || n, n / 7.0, '2024-01-01'::timestamptz + n * interval '1 minute', '["a", "b"]', 1
      from generate_series(1, $1::int) n`,
    [rows],
  )
  await client.query('vacuum analyze cellar_data.events')
  await client.end()
}

function countLines(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get({ port, host: '127.0.0.1', path, headers: { accept: 'application/x-ndjson' } }, (response) => {
      let lines = 0
      response.on('data', (chunk: Buffer) => {
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1
      })
      response.on('end', () => resolve(lines)).on('error', reject)
    })
    request.on('error', reject)
  })
}

/** Megabytes, as Linux counts them. */
function memory(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024
}
