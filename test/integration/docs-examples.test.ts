import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { testDatabase } from '../support/databases.ts'

const root = join(import.meta.dirname, '../..')

/** They check what they do themselves; the docs show parts of them. */
test.each([
  ...['readme', 'tables', 'calls', 'aggregates', 'table-functions', 'lookups', 'iterators'],
  ...['queries', 'joins', 'media', 'serving', 'jobs'],
])('%s runs', async (name) => {
  await using database = await testDatabase()
  const args = ['--conditions=cellar:source', join(root, `examples/docs/${name}.ts`)]
  const { stderr } = await promisify(execFile)(process.execPath, args, { env: database.env })
  expect(stderr).toBe('')
})
