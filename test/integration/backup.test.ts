import { execFile } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { defineTable, open, t } from 'cellar'
import { expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

const run = promisify(execFile)
const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string(), page: t.document() }).computed(
  'short',
  (c) => c.text.slice(0, 3),
)

test('a dump and a copy of the media, or a copy of the home, is a backup', async (context) => {
  await using original = await testDatabase()
  const old = await open(original.options)
  await old.apply([notes])
  await old.insert(notes, { id: 1, text: 'hello', page: new TextEncoder().encode('a page') })
  if (original.mode === 'embedded') await old.close()
  await using place = await testDatabase()
  if (!(await backUp(original, place))) return context.skip('there is no pg_dump for the version of the server')
  await old.close()

  await using cellar = await open(place.options)
  expect((await cellar.plan([notes])).changes).toEqual([])
  const row = await cellar.from(notes).first()
  expect(row).toMatchObject({ id: 1, text: 'hello', short: 'hel' })
  if (row) expect(new TextDecoder().decode(await cellar.readMedia(row.page))).toBe('a page')
  await cellar.insert(notes, { id: 2, text: 'more', page: new TextEncoder().encode('another') })
  expect(await cellar.from(notes).count()).toBe(2)
})

/** As docs/operations.md says. False where the tools of the server's version are missing. */
async function backUp(from: TestDatabase, to: TestDatabase): Promise<boolean> {
  if (from.databaseUrl === undefined || to.databaseUrl === undefined) {
    await rm(to.home, { recursive: true })
    await cp(from.home, to.home, { recursive: true, filter: (path) => !path.includes('.s.PGSQL') })
    return true
  }
  const copy = () => cp(join(from.home, 'media'), join(to.home, 'media'), { recursive: true, force: false })
  await copy()
  const dump = join(to.home, 'dump.sql')
  try {
    await run('pg_dump', ['--file', dump, from.databaseUrl])
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string }
    if (code === 'ENOENT' || stderr.includes('server version mismatch')) return false
    throw error
  }
  await copy()
  await run('psql', ['--quiet', '--set', 'ON_ERROR_STOP=1', '--file', dump, to.databaseUrl])
  return true
}
