import { open } from 'cellar'
import { reportMemory } from '../support/memory.ts'
import { byFunction, makeRows } from './tables.ts'

/** A program of its own that sends what inserting many rows costs in memory, the rows included. */
const { BENCH_HOME: home = '', BENCH_DATABASE: databaseUrl = '' } = process.env
const cellar = await open({ home, databaseUrl })
await cellar.delete(byFunction)
await cellar.insert(byFunction, { id: -1, text: 'first' })
await reportMemory(() => cellar.insert(byFunction, makeRows()))
await cellar.close()
process.disconnect()
