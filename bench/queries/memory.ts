import { open } from 'cellar'
import { reportMemory } from '../support/memory.ts'
import { filtered, lines } from './data.ts'

/** A program of its own that sends what a filter in JavaScript over all lines costs in memory. */
const { BENCH_HOME: home = '', BENCH_DATABASE: databaseUrl = '' } = process.env
const cellar = await open({ home, databaseUrl })
await cellar.from(lines).limit(1).collect()
await reportMemory(async () => {
  for await (const _ of filtered(cellar).stream());
})
await cellar.close()
process.disconnect()
