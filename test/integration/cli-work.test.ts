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
const cellar = await open()
await cellar.insert(notes, [{ id: 1, text: 'a' }, { id: 2, text: 'bad' }, { id: 3, text: 'c' }])
await cellar.close()
`

async function setUp() {
  const database = await testDatabase()
  const project = testProject(database.env)
  for (const [name, text] of Object.entries({ tables: TABLES, functions: FUNCTIONS, app: APP, script: SCRIPT })) {
    project.write(`${name}.ts`, text)
  }
  project.write('nothing.ts', 'export const nothing = 1')
  expect(await run('cellar schema apply app.ts', project)).toMatchObject({ code: 0 })
  expect(await run(`node --conditions=cellar:source script.ts`, project)).toMatchObject({ code: 0 })
  return {
    project,
    async [Symbol.asyncDispose]() {
      project[Symbol.dispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

test('fill computes what waits, says how much, and fails where a function is lacking', async () => {
  await using scene = await setUp()
  const { project } = scene
  const lacking = await run('cellar fill nothing.ts --json', project)
  expect(lacking.code).toBe(1)
  expect(JSON.parse(lacking.stderr).error.code).toBe('FUNCTION_UNAVAILABLE')
  const filled = await run('cellar fill app.ts notes --json', project)
  expect({ ...filled, stdout: JSON.parse(filled.stdout) }).toMatchObject({
    code: 0,
    stdout: [{ table: 'notes', count: 3, failed: 1 }],
  })
  expect(JSON.parse((await run('cellar errors --json', project)).stdout)).toMatchObject([
    { table: 'notes', column: 'loud', state: 'failed' },
  ])
  expect((await run('cellar fill app.ts', project)).stdout).toMatch(/^table\s+count\s+failed\nnotes\s+0\s+0\n$/)
  expect(await run('cellar fill app.ts nowhere', project)).toMatchObject({ code: 1 })
}, 120_000)

test('work does the jobs that others left, and ends when it is told to', async () => {
  await using scene = await setUp()
  const { project } = scene
  await using worker = start('cellar work app.ts', project)
  await worker.until(/^Working as process \d+\.$/m)
  const jobs = async () => JSON.parse((await run('cellar jobs --json', project)).stdout) as { state: string }[]
  await eventually(async () => (await jobs()).every(({ state }) => state === 'done'))
  expect(await jobs()).toMatchObject([{ kind: 'fill', state: 'done', result: { count: 3, failed: 1 } }])
  worker.interrupt()
  expect(await worker.ended).toMatchObject({ code: 0 })
}, 120_000)
