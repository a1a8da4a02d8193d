import { writeFile } from 'node:fs/promises'
import { costOfRoute, measureTypes } from './measure-types.ts'

/** Prints what checking the generated apps costs; `--record` keeps the counts that the architecture test compares with. */
const costs = await measureTypes()
console.table(costs)
console.log(`One more route: ${costOfRoute(costs)} instantiations`)
if (process.argv.includes('--record'))
  await writeFile(new URL('baseline.json', import.meta.url), `${JSON.stringify(costs, undefined, 2)}\n`)
