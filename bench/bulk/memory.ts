import { open } from 'cellar'
import { byFunction, makeRows } from './tables.ts'

export interface MemoryReport {
  /** Bytes resident when Cellar was open and had inserted a row. */
  readonly idle: number
  /** Bytes resident at the highest, as the system counts them. */
  readonly peak: number
}

/** A program of its own that sends what inserting many rows costs in memory, the rows included. */
const { BENCH_HOME: home = '', BENCH_DATABASE: databaseUrl = '' } = process.env
const cellar = await open({ home, databaseUrl })
await cellar.delete(byFunction)
await cellar.insert(byFunction, { id: -1, text: 'first' })
globalThis.gc?.()
const idle = process.memoryUsage.rss()
await cellar.insert(byFunction, makeRows())
const peak = process.resourceUsage().maxRSS * 1024
process.send?.({ idle, peak } satisfies MemoryReport)
await cellar.close()
process.disconnect()
