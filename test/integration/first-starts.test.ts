import { open } from 'cellar'
import { expect, test } from 'vitest'
import { testDatabase, testMode } from '../support/databases.ts'

/** Embedded they all take turns at one session, which takes long and cannot go wrong in the same way. */
const STARTS = testMode === 'server' ? 10 : 3

test(`${STARTS} first starts of jobs on a new database at once end well`, { timeout: 120_000 }, async () => {
  await using database = await testDatabase()
  // Each has connections of its own, as processes have.
  const opened = await Promise.allSettled(
    Array.from({ length: STARTS }, () => open({ ...database.options, poolSize: 3, work: true })),
  )
  const cellars = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  await Promise.all(cellars.toReversed().map((cellar) => cellar.close()))
  expect(opened.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))).toEqual([])
})
