import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { mixedLoad } from './mixed-load.ts'

/** Seconds of load between two looks, at the least; and looks in all, so that a short soak has some as well. */
const SEGMENT_SECONDS = 5
const SEGMENTS = 30
/** Caches fill, pools open and code is compiled before anything can be flat. */
const WARM_UP = 1 / 3
const QUIET_MILLISECONDS = 1500

interface Sample {
  readonly seconds: number
  readonly resident: number
  readonly heap: number
  readonly buffers: number
  readonly descriptors: number
  readonly files: number
}

/** How much a line through the samples may rise from the first to the last. */
const LIMITS = [
  { field: 'resident', name: 'resident memory', unit: 'MB', least: 24, share: 0.1 },
  { field: 'heap', name: 'heap', unit: 'MB', least: 6, share: 0.1 },
  { field: 'buffers', name: 'memory of buffers', unit: 'MB', least: 6, share: 0.1 },
  { field: 'descriptors', name: 'open descriptors', unit: '', least: 3, share: 0 },
  { field: 'files', name: 'temporary files', unit: '', least: 0, share: 0 },
] as const

/**
 * Mixed load on a server, which is looked at whenever it has nothing to do: true where memory, descriptors and temporary
 * files stay as they are. Linux only: it reads /proc.
 */
export async function benchSoak(databaseUrl: string, minutes: number): Promise<boolean> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const child = fork(fileURLToPath(new URL('cellar.ts', import.meta.url)), [], {
    // The young generation grows to its bound in steps, for minutes: with a small one, what grows after a while is a leak.
    execArgv: [...process.execArgv, '--expose-gc', '--max-semi-space-size=4'],
    env: { ...process.env, NODE_ENV: 'production', BENCH_DATABASE_URL: databaseUrl, BENCH_HOME: home },
  })
  const cut = () => child.kill('SIGKILL')
  process.once('exit', cut)
  try {
    const { port } = await tell<{ port: number }>(child)
    const samples: Sample[] = []
    const done = new Map<string, number>()
    const start = performance.now()
    const seconds = () => (performance.now() - start) / 1000
    const segment = Math.max(SEGMENT_SECONDS, (minutes * 60) / SEGMENTS)
    while (seconds() < minutes * 60) {
      const load = mixedLoad(port)
      await sleep(segment * 1000)
      await load.end()
      for (const [kind, count] of load.done) done.set(kind, (done.get(kind) ?? 0) + count)
      await sleep(QUIET_MILLISECONDS)
      samples.push({ seconds: seconds(), ...(await look(child, home)) })
    }
    for (const { seconds: at, ...found } of samples) {
      const figures = Object.entries(found).map(([name, value]) => `${name} ${value.toFixed(1)}`)
      console.log(`${at.toFixed(0)} s: ${figures.join(', ')}`)
    }
    console.log(`soak of ${minutes} minutes: ${[...done].map(([kind, count]) => `${count} ${kind}`).join(', ')}`)
    return report(samples)
  } finally {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit')
    process.off('exit', cut)
    await rm(home, { recursive: true, force: true })
  }
}

function tell<T>(child: ChildProcess, message?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the server ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (value) => {
      child.off('exit', onExit)
      resolve(value as T)
    })
    if (message !== undefined) child.send(message)
  })
}

async function look(child: ChildProcess, home: string): Promise<Omit<Sample, 'seconds'>> {
  const { rss, heapUsed, external } = await tell<NodeJS.MemoryUsage>(child, 'look')
  const descriptors = await readdir(`/proc/${child.pid}/fd`)
  const files = await readdir(join(home, 'media', 'tmp'), { recursive: true })
  const megabyte = 1024 ** 2
  return {
    resident: rss / megabyte,
    heap: heapUsed / megabyte,
    buffers: external / megabyte,
    descriptors: descriptors.length,
    files: files.length,
  }
}

function report(samples: readonly Sample[]): boolean {
  const counted = samples.slice(Math.floor(samples.length * WARM_UP))
  const [first, last] = [counted[0], counted.at(-1)]
  if (!first || !last || counted.length < 3) throw new Error('A soak takes half a minute at the least')
  const verdicts = LIMITS.map(({ field, name, unit, least, share }) => {
    const slope = slopeOf(counted.map((sample) => [sample.seconds / 60, sample[field]]))
    const growth = (slope * (last.seconds - first.seconds)) / 60
    const limit = Math.max(least, share * first[field])
    const isFlat = growth <= limit
    const show = (value: number) => `${value.toFixed(1)} ${unit}`.trim()
    console.log(
      `${name}: ${show(first[field])} at ${first.seconds.toFixed(0)} s, ${show(last[field])} at ${last.seconds.toFixed(0)} s, ` +
        `${show(slope)} a minute; growth ${show(growth)}, limit ${show(limit)} ${isFlat ? 'met' : 'MISSED'}`,
    )
    return isFlat
  })
  return verdicts.every(Boolean)
}

/** Of the line with the least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return above / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}
