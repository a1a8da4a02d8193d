import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { load } from '../support/load.ts'
import { type Comparison, compare } from '../support/measure.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

const ROWS = 1_000
const REQUESTS = 60

/** Requests that insert many rows each, against one statement by hand for each. */
export async function* benchBatch(databaseUrl: string, rounds: number): AsyncGenerator<Comparison> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const env = { BENCH_DATABASE_URL: databaseUrl, BENCH_HOME: home }
  const [ours, theirs] = await Promise.all([startServer('batch/cellar.ts', env), startServer('batch/fastify.ts', env)])
  await assertAlike([ours, theirs])
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  const bodies = Array.from({ length: REQUESTS }, (_, n) => JSON.stringify(makeRows(n * ROWS)))
  for (const connections of [1, 4]) {
    const side = (name: string, { port }: ServerProcess, table: string) => ({
      name,
      round: async () => {
        await database.query(`truncate ${table}`)
        const body = (n: number) => bodies[n] ?? ''
        const { rate } = await load({ port, path: '/notes', connections, count: REQUESTS, body })
        return rate * ROWS
      },
    })
    yield await compare(`batch insert of ${ROWS} rows a request, ${connections} connections`, {
      unit: 'rows/s',
      goal: 0.8,
      rounds,
      ours: side('cellar', ours, 'cellar_data.notes'),
      theirs: side('by hand', theirs, 'hand_notes'),
    })
  }
  await database.end()
  await Promise.all([ours.close(), theirs.close()])
  await rm(home, { recursive: true, force: true })
}

const makeRows = (firstId: number) =>
  Array.from({ length: ROWS }, (_, n) => ({ id: firstId + n, text: `note number ${firstId + n}` }))

async function assertAlike(servers: readonly ServerProcess[]): Promise<void> {
  const answers = await Promise.all(
    servers.map(async ({ port }) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify(makeRows(0))
      return (await fetch(`http://127.0.0.1:${port}/notes`, { method: 'POST', headers, body })).text()
    }),
  )
  if (answers[0] !== answers[1]) throw new Error(`The answers differ: ${answers.map((text) => text.slice(0, 200))}`)
}
