import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface MemoryReport {
  /** Bytes resident when Cellar was open and had done a little. */
  readonly idle: number
  /** Bytes resident at the highest, as the system counts them. */
  readonly peak: number
}

/** Megabytes above idle that a program takes, in a process of its own: rounds of a benchmark grow the heap. */
export function memoryOf(program: URL, env: Readonly<Record<string, string>>): Promise<number> {
  const child = fork(fileURLToPath(program), [], {
    execArgv: [...process.execArgv, '--expose-gc'],
    env: { ...process.env, ...env },
  })
  return new Promise((resolve, reject) => {
    child.once('message', ({ idle, peak }: MemoryReport) => resolve((peak - idle) / 1024 ** 2))
    child.once('exit', (code) => reject(new Error(`The program that measures memory ended with ${code}`)))
  })
}

/** For the program: tells what the work takes, once something like it was done before. */
export async function reportMemory(work: () => Promise<unknown>): Promise<void> {
  globalThis.gc?.()
  const idle = process.memoryUsage.rss()
  await work()
  const peak = process.resourceUsage().maxRSS * 1024
  process.send?.({ idle, peak } satisfies MemoryReport)
}
