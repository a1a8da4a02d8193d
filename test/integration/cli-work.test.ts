import { expect, test } from 'vitest'
import { eventually, run, start, testProject } from '../support/command.ts'
import { testDatabase } from '../support/databases.ts'

const TABLES = `import { defineTable, t } from 'cellar'
import { loud } from './functions.ts'
export const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })
  .computed('loud', (c) => loud({ text: c.text }), { mode: 'deferred' })
`
const FUNCTIONS = `import { defineFunction, t } from 'cellar'
export const loud = defineFunction({
  name: 'loud', args: { text: t.string() }, returns: t.string(),
  run: ({ text }) => { if (text === 'bad') throw new RangeError('it is bad'); return text.toUpperCase() },
})
`
const APP = `import { TableRouter } from 'cellar/serve'
import { notes } from './tables.ts'
export { notes }
export const api = new TableRouter({ prefix: '/api' }).addInsertRoute(notes, { path: '/notes', background: true })
`
const SCRIPT = `import { open } from 'cellar'
import { notes } from './tables.ts'
const first = Number(process.argv[2])
const cellar = await open()
await cellar.insert(notes, [{ id: first, text: 'a' }, { id: first + 1, text: 'bad' }, { id: first + 2, text: 'c' }])
await cellar.close()
`
const NOTHING = 'export const nothing = 1\n'

test('work does the jobs that others left; fill computes what waits and fails where a function is lacking', {
  timeout: 240_000,
}, async () => {
  await using database = await testDatabase()
  using project = testProject(database.env)
  const files = { tables: TABLES, functions: FUNCTIONS, app: APP, script: SCRIPT, nothing: NOTHING }
  for (const [name, text] of Object.entries(files)) project.write(`${name}.ts`, text)
  const done = async (line: string) => {
    const output = await run(line, project)
    expect({ line, ...output }).toMatchObject({ code: 0 })
    return output.stdout
  }
  await done('cellar schema apply app.ts')
  await done('node --conditions=cellar:source script.ts 0')
  await using worker = start('cellar work app.ts', project)
  await worker.until(/^Working as process \d+\.$/m)
  const jobs = async () => JSON.parse(await done('cellar jobs --json')) as { state: string }[]
  await eventually(async () => (await jobs()).every(({ state }) => state === 'done'), 60_000)
  expect(await jobs()).toMatchObject([{ kind: 'fill', state: 'done', result: { count: 3, failed: 1 } }])
  worker.interrupt()
  expect(await worker.ended).toMatchObject({ code: 0 })

  await done('node --conditions=cellar:source script.ts 10')
  const lacking = await run('cellar fill nothing.ts --json', project)
  expect(lacking.code).toBe(1)
  expect(JSON.parse(lacking.stderr).error.code).toBe('FUNCTION_UNAVAILABLE')
  expect(JSON.parse(await done('cellar fill app.ts notes --json'))).toEqual([{ table: 'notes', count: 3, failed: 1 }])
  expect(await done('cellar fill app.ts')).toMatch(/^table\s+count\s+failed\nnotes\s+0\s+0\n$/)
})
