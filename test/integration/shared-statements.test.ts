import { type Cellar, defineTable, open, t } from 'cellar'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

const alone = defineTable('alone', {
  id: t.int().primaryKey(),
  u: t.string().nullable().unique(),
  n: t.int(),
}).computed('next', (c) => c.n.add(1))
const together = defineTable('together', {
  id: t.int().primaryKey(),
  u: t.string().nullable().unique(),
  n: t.int(),
}).computed('next', (c) => c.n.add(1))

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([alone, together])
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

const requests = fc.array(
  fc.record({
    id: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant('no number' as never)),
    u: fc.option(fc.integer({ min: 0, max: 12 }).map((n) => `u${n}`)),
    n: fc.oneof({ weight: 5, arbitrary: fc.integer() }, { weight: 1, arbitrary: fc.constant(Number.MAX_SAFE_INTEGER) }),
  }),
  { minLength: 2, maxLength: 40 },
)
type Request = { readonly id: number; readonly u: string | null; readonly n: number }

/** What a request came to: its row with a version of its own, or the error that it got. */
async function outcome(table: typeof alone | typeof together, request: Request) {
  try {
    const { rows, count, version } = await cellar.insert(table as typeof alone, [request], { returnRows: true })
    return { rows, count, version }
  } catch (error) {
    // Of two keys that are taken, whichever is met first is named.
    return { code: (error as { code: string }).code }
  }
}

it('requests that share a statement get the outcomes that they would have had alone', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (list) => {
      await cellar.delete(alone)
      await cellar.delete(together)
      const shared = await Promise.all(list.map((request) => outcome(together, request)))
      const versions = shared.flatMap((result) => ('version' in result ? [result.version] : []))
      expect(new Set(versions).size).toBe(versions.length)
      // Nobody is first among concurrent requests: alone, they run in the order in which they were written here.
      const order = list.map((_, index) => index).toSorted((a, b) => versionOf(shared[a]) - versionOf(shared[b]))
      for (const index of order) {
        const expected = await outcome(alone, list[index] as Request)
        expect(withoutVersion(shared[index])).toEqual(withoutVersion(expected))
      }
      const stored = await cellar
        .from(together)
        .orderBy((c) => c.id)
        .collect()
      expect(stored).toEqual(
        await cellar
          .from(alone)
          .orderBy((c) => c.id)
          .collect(),
      )
      expect(stored).toHaveLength(versions.length)
    }),
    { numRuns: 25 },
  )
})

type Outcome = Awaited<ReturnType<typeof outcome>> | undefined
const versionOf = (result: Outcome) => (result && 'version' in result ? result.version : Number.POSITIVE_INFINITY)
const withoutVersion = (result: Outcome) => (result && 'version' in result ? { ...result, version: 0 } : result)
