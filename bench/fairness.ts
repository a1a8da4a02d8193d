import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from './support/load.ts'
import { type Comparison, median } from './support/measure.ts'
import { startServer } from './support/server-process.ts'

/** Against what an answer takes when nothing else is asked for. */
const GOAL = 5
const LIGHT_REQUESTS = 200
const WARM_UP_MILLISECONDS = 500
const STORED = 2000

/** The 99th percentile of a lookup beside ten uploads and inserts without end, over that of an idle server. */
export async function benchFairness(databaseUrl: string, rounds: number): Promise<Comparison> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const server = await startServer('http/cellar-mixed.ts', { BENCH_DATABASE_URL: databaseUrl, BENCH_HOME: home })
  const { port } = server
  let stored = 0
  const body = () => {
    stored += 1
    return JSON.stringify({ id: stored, text: `note number ${stored}` })
  }
  const light = async () => {
    const body = () => JSON.stringify({ id: 1 + Math.floor(Math.random() * STORED) })
    return (await load({ port, path: '/notes/one', connections: 1, count: LIGHT_REQUESTS, body })).p99
  }
  await load({ port, path: '/notes', connections: 16, count: STORED, body })
  await light()
  const idle: number[] = []
  const busy: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    idle.push(await light())
    const background = await startServer('http/background-load.ts', {
      BENCH_PORT: String(port),
      BENCH_FIRST_ID: String(1_000_000 * (round + 1)),
    })
    await new Promise((resolve) => setTimeout(resolve, WARM_UP_MILLISECONDS))
    busy.push(await light())
    await background.close()
  }
  await server.close()
  await rm(home, { recursive: true, force: true })
  const ratios = idle.map((milliseconds, round) => milliseconds / (busy[round] as number))
  return {
    name: 'lookup beside ten uploads and inserts: p99, idle over busy',
    unit: 'ms',
    goal: 1 / GOAL,
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    medians: { busy: median(busy), idle: median(idle) },
  }
}
