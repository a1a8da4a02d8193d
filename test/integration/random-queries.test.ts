import { type Cellar, open } from 'cellar'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { checkQuery } from '../support/random-queries/check-query.ts'
import { Choices } from '../support/random-queries/choices.ts'
import { QueryGenerator } from '../support/random-queries/generate-query.ts'
import { showQuery } from '../support/random-queries/show-query.ts'
import { contentArbitrary, TABLES } from '../support/random-queries/tables.ts'
import { seedOf } from '../support/seed.ts'

const CASES = Number(process.env.CELLAR_RANDOM_QUERIES ?? 1500)
/** A failure tells which it was. */
const SEED = seedOf('CELLAR_RANDOM_QUERIES_SEED')
/** Queries over the same rows. */
const ROUND = 50

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply(Object.values(TABLES))
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

const numbers = fc.array(fc.nat({ max: 2 ** 20 }), { maxLength: 400, size: 'max' })

it(`random queries have the rows that they mean (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  const outcomes = { answered: 0, refused: 0 }
  for (let round = 0; round * ROUND < CASES; round += 1) {
    const seed = SEED + round
    const [content = {}] = fc.sample(contentArbitrary, { seed, numRuns: 1 })
    for (const [name, table] of Object.entries(TABLES)) {
      await cellar.delete(table, { where: (c) => c.id.isNotNull() })
      await cellar.insert(table, (content[name] ?? []) as never)
    }
    const property = fc.asyncProperty(numbers, async (choices) => {
      outcomes[await checkQuery(cellar, new QueryGenerator(new Choices(choices)).whole(), content)] += 1
    })
    const numRuns = Math.min(ROUND, CASES - round * ROUND)
    // Making a failing query smaller ends after this time.
    const result = await fc.check(property, { seed, numRuns, interruptAfterTimeLimit: 60_000 })
    if (!result.failed) continue
    const query = new QueryGenerator(new Choices(result.counterexample?.[0] ?? [])).whole()
    const facts = [`CELLAR_RANDOM_QUERIES_SEED=${seed}`, JSON.stringify(content), showQuery(query)]
    throw new Error(facts.join('\n'), { cause: result.errorInstance })
  }
  expect(outcomes.answered + outcomes.refused).toBe(CASES)
  // What the documentation refuses is hardly ever generated.
  expect(outcomes.refused).toBeLessThanOrEqual(Math.ceil(CASES / 100))
})
