import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from '../support/load.ts'
import { type Comparison, compare } from '../support/measure.ts'
import { startServer } from '../support/server-process.ts'

const CONNECTIONS = 16
const STORED = 10_000

/** Routes that ask who calls, against the same routes for everybody. */
export async function* benchAuth(databaseUrl: string, rounds: number): AsyncGenerator<Comparison> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const { port, close } = await startServer('auth/cellar.ts', { BENCH_DATABASE_URL: databaseUrl, BENCH_HOME: home })
  await assertGuarded(port)
  // Both sides are sent it, so that both have the same to read.
  const headers = { authorization: 'Bearer token-of-user-4321' }
  let id = 0
  const note = () => {
    id += 1
    return JSON.stringify({ id, text: `note number ${id}` })
  }
  const key = () => JSON.stringify({ id: 1 + Math.floor(Math.random() * STORED) })
  await load({ port, path: '/anybody/notes', connections: 64, count: STORED, body: note })
  for (const { name, path, body, count } of [
    { name: 'insert route', path: '/notes', body: note, count: 4_000 },
    { name: 'lookup by key', path: '/notes/one', body: key, count: 6_000 },
  ]) {
    const side = (name: string, prefix: string) => ({
      name,
      round: async () =>
        (await load({ port, path: `${prefix}${path}`, connections: CONNECTIONS, count, body, headers })).rate,
    })
    yield await compare(`${name} with auth, ${CONNECTIONS} connections`, {
      unit: 'req/s',
      goal: 0.9,
      rounds,
      ours: side('with', '/known'),
      theirs: side('without', '/anybody'),
    })
  }
  await close()
  await rm(home, { recursive: true, force: true })
}

async function assertGuarded(port: number): Promise<void> {
  const headers = { authorization: 'Bearer of-nobody', 'content-type': 'application/json' }
  const url = `http://127.0.0.1:${port}/known/notes/one`
  const { status } = await fetch(url, { method: 'POST', headers, body: '{"id":1}' })
  if (status !== 401) throw new Error(`A stranger got ${status}`)
}
