import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from '../support/load.ts'
import { type Comparison, compare, median } from '../support/measure.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

interface Case {
  readonly name: string
  readonly connections: number
  readonly goal: number
  readonly count: number
  readonly ours: string
  readonly theirs: string
  readonly body: (n: number) => string
  /** Also compares the 99th percentile, which may be this many times theirs. */
  readonly p99?: number
}

let id = 0
/** Never the same key twice, whoever asks. */
const freshNote = () => {
  id += 1
  return JSON.stringify({ id, text: `note number ${id}` })
}
const STORED = 20_000
const someKey = () => 1 + Math.floor(Math.random() * (STORED - 200))
const key = () => JSON.stringify({ id: someKey() })
const change = () => JSON.stringify({ id: someKey(), text: `changed ${Math.random()}` })

const insert = (connections: number, goal: number, count: number): Case => ({
  name: `insert route, ${connections} connections`,
  connections,
  goal,
  count,
  ours: '/notes',
  theirs: '/notes',
  body: freshNote,
})
const CASES: readonly Case[] = [
  insert(64, 1.5, 6_000),
  insert(16, 1.1, 4_000),
  insert(1, 0.9, 800),
  {
    name: 'lookup by key',
    connections: 16,
    goal: 0.95,
    count: 6_000,
    ours: '/notes/one',
    theirs: '/notes/one',
    body: key,
    p99: 1.2,
  },
  {
    name: '100-row query',
    connections: 16,
    goal: 0.95,
    count: 3_000,
    ours: '/notes/page',
    theirs: '/notes/page',
    body: key,
    p99: 1.2,
  },
  {
    name: 'update, no history',
    connections: 16,
    goal: 0.95,
    count: 3_000,
    ours: '/plain/update',
    theirs: '/notes/update',
    body: change,
    p99: 1.2,
  },
  {
    name: 'update, with history',
    connections: 16,
    goal: 0.8,
    count: 3_000,
    ours: '/notes/update',
    theirs: '/notes/update',
    body: change,
    p99: 1.2,
  },
]

export async function* benchHttp(databaseUrl: string, rounds: number, only?: RegExp): AsyncGenerator<Comparison> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const env = { BENCH_DATABASE_URL: databaseUrl, BENCH_HOME: home }
  const [ours, fastify, hono] = await Promise.all([
    startServer('http/cellar.ts', env),
    startServer('http/fastify.ts', env),
    startServer('http/hono.ts', env),
  ])
  for (const [server, paths] of [
    [ours, ['/notes', '/plain']],
    [fastify, ['/notes']],
  ] as const)
    for (const path of paths) await fill(server, path)
  id = STORED
  for (const test of CASES.filter(({ name }) => only?.test(name) ?? true)) yield* await run(test, rounds, ours, fastify)
  const against = insert(64, 1.5, 6_000)
  if (only === undefined || only.test('hono'))
    yield* await run({ ...against, name: `${against.name} (against Hono)` }, rounds, ours, hono)
  await Promise.all([ours.close(), fastify.close(), hono.close()])
  await rm(home, { recursive: true, force: true })
}

async function run(test: Case, rounds: number, ours: ServerProcess, theirs: ServerProcess): Promise<Comparison[]> {
  const tails = { ours: [] as number[], theirs: [] as number[] }
  const side = (name: 'ours' | 'theirs', server: ServerProcess) => ({
    name: name === 'ours' ? 'cellar' : 'by hand',
    round: async () => {
      const { rate, p99 } = await load({
        port: server.port,
        path: test[name],
        connections: test.connections,
        count: test.count,
        body: test.body,
      })
      tails[name].push(p99)
      return rate
    },
  })
  const rate = await compare(test.name, {
    unit: 'req/s',
    goal: test.goal,
    rounds,
    ours: side('ours', ours),
    theirs: side('theirs', theirs),
  })
  if (test.p99 === undefined) return [rate]
  const ratios = tails.theirs.map((theirs, round) => theirs / (tails.ours[round] ?? Number.NaN)).slice(1)
  const tail: Comparison = {
    name: `${test.name}: p99, theirs over ours`,
    unit: 'ms',
    goal: 1 / test.p99,
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    medians: { cellar: median(tails.ours), 'by hand': median(tails.theirs) },
  }
  return [rate, tail]
}

function fill(server: ServerProcess, path: string) {
  let n = 0
  const body = () => {
    n += 1
    return JSON.stringify({ id: n, text: `note number ${n}` })
  }
  return load({ port: server.port, path, connections: 64, count: STORED, body })
}
