import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, isRunning, type Project, type Running, run, start, testProject } from '../support/command.ts'
import { type TestDatabase, testDatabase, testMode } from '../support/databases.ts'
import { descendantsOf } from '../support/programs.ts'

const APP = `import { defineFunction, defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
export const check = defineFunction({
  name: 'check', args: { text: t.string() }, returns: t.string(),
  run: ({ text }) => { if (text === 'bad') throw new RangeError('it is bad'); return text.toUpperCase() },
})
export const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })
  .computed('checked', (c) => check({ text: c.text }))
export const pairs = defineTable('pairs', { a: t.int().primaryKey(), b: t.string().primaryKey(), n: t.bigint() })
export const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(notes, { path: '/notes' })
  .addInsertRoute(pairs, { path: '/pairs' })
  .addInsertRoute(notes, { path: '/later', background: true })
api.get('/version', (c) => c.text('one'))
`

/** A home and a project of its own for each group, so that they may run beside each other. */
async function setUp(manifest?: object) {
  const database = await testDatabase()
  const project = testProject(database.env, manifest)
  project.write('app.ts', APP)
  return {
    database,
    project,
    async [Symbol.asyncDispose]() {
      project[Symbol.dispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

const URL_LINE = /^(http:\/\/127\.0\.0\.1:\d+)\/$/m
const urlOf = async (server: Running) => (await server.until(URL_LINE))[1] as string
const post = async (url: string, body: object): Promise<Readonly<Record<string, unknown>>> =>
  (
    await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  ).json() as Promise<Readonly<Record<string, unknown>>>

describe('commands that look into a database, beside the server that works on it', () => {
  let database: TestDatabase
  let project: Project
  let server: Running
  let url: string
  const cellar = (line: string) => run(`cellar ${line}`, project)
  const json = async (line: string) => JSON.parse((await cellar(`${line} --json`)).stdout)
  const failure = async (line: string) => {
    const { code, stderr, stdout } = await cellar(`${line} --json`)
    return { code, stdout, error: JSON.parse(stderr).error }
  }

  beforeAll(async () => {
    ;({ database, project } = await setUp())
    const applied = await cellar('schema apply app.ts --json')
    expect(JSON.parse(applied.stdout)).toMatchObject({ changes: [{ table: 'notes' }, { table: 'pairs' }], version: 1 })
    server = start('cellar serve app.ts --port 0', project)
    url = await urlOf(server)
    for (const id of [1, 2, 3]) await post(`${url}/api/notes`, { id, text: `note ${id}` })
    await post(`${url}/api/pairs`, { a: 1, b: 'x', n: '9007199254740993' })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    project[Symbol.dispose]()
    await database[Symbol.asyncDispose]()
  })

  test('ls and count', async () => {
    expect(await json('ls')).toMatchObject([
      { path: 'notes', rows: 3 },
      { path: 'pairs', rows: 1 },
    ])
    expect(await json('count notes')).toEqual({ table: 'notes', count: 3 })
    expect((await cellar('count notes')).stdout).toBe('3\n')
  })

  test('describe', async () => {
    const described = await json('describe notes')
    expect(described).toMatchObject({ path: 'notes', rows: 3, cells: { failed: 0, pending: 0 } })
    expect(described.columns.map((column: { name: string }) => column.name)).toEqual(['id', 'text', 'checked'])
    expect((await cellar('describe notes')).stdout).toContain('check(text: text)')
  })

  test('rows and get, keys of several columns too', async () => {
    expect(await json('rows notes --limit 1 --offset 1 --columns id,checked')).toEqual([{ id: 2, checked: 'NOTE 2' }])
    expect(await json('get pairs 1 x')).toEqual({ a: 1, b: 'x', n: '9007199254740993' })
    expect(await failure('get notes 9')).toMatchObject({ code: 1, error: { code: 'ROW_NOT_FOUND' } })
    expect(await failure('get pairs 1')).toMatchObject({ code: 1, error: { code: 'INVALID_VALUE' } })
    const wrong = await failure('get notes one')
    expect(wrong).toMatchObject({ code: 1, error: { code: 'INVALID_VALUE', issues: [{ path: ['id'] }] } })
    expect(await failure('rows notes --columns nope')).toMatchObject({ code: 1, error: { code: 'UNKNOWN_COLUMN' } })
    expect(await failure('rows nope')).toMatchObject({ code: 1, error: { code: 'TABLE_NOT_FOUND' } })
  })

  test('errors lists nothing while all is well', async () => {
    expect(await json('errors notes')).toEqual([])
    expect((await cellar('errors')).stdout).toBe('No cell failed, waits or is stale.\n')
  })

  test('jobs are listed, shown, cancelled and retried', async () => {
    const { id } = await post(`${url}/api/later`, { id: 10, text: 'bad' })
    await eventually(async () => (await json(`jobs ${id}`)).state === 'error')
    expect((await json('jobs'))[0]).toMatchObject({ id, state: 'error', attempts: 1 })
    expect(await failure(`jobs --cancel ${id}`)).toMatchObject({ code: 1, error: { code: 'JOB_NOT_FOUND' } })
    expect(await json(`jobs --retry ${id}`)).toMatchObject({ id })
    await eventually(async () => (await json(`jobs ${id}`)).attempts === 2)
    expect(await failure('jobs nope')).toMatchObject({ code: 1, error: { code: 'JOB_NOT_FOUND' } })
  })

  test('doctor finds nothing', async () => {
    const findings = await json('doctor')
    expect(findings.every((finding: { ok: boolean }) => finding.ok)).toBe(true)
    expect(findings.find((finding: { check: string }) => finding.check === 'database').detail).toContain(testMode)
  })

  test('a second server on the same address says so', async () => {
    const port = new URL(url).port
    const second = await cellar(`serve app.ts --port ${port} --json`)
    const expected = testMode === 'embedded' ? 'HOME_IN_USE' : 'SERVE_ADDRESS_IN_USE'
    expect(JSON.parse(second.stderr).error.code).toBe(expected)
    if (testMode === 'embedded') expect(second.stderr).toContain(String(server.pid))
    expect(second.code).toBe(1)
  })

  test('a destructive change needs to be allowed', async () => {
    project.write('less.ts', APP.replace(/^ {2}\.computed.*$/m, '').replace(', text: t.string()', ''))
    const planned = await cellar('schema plan less.ts --json')
    expect(JSON.parse(planned.stdout)).toMatchObject({ destructive: true })
    expect(planned.code).toBe(2)
    expect(await failure('schema apply less.ts')).toMatchObject({ code: 1, error: { code: 'SCHEMA_DESTRUCTIVE' } })
    expect((await json('get notes 1')).text).toBe('note 1')
    expect((await cellar('schema apply less.ts --allow-destructive')).code).toBe(0)
    expect(await json('get notes 1')).toEqual({ id: 1 })
  })
})

describe('what cannot be done is said in a coded error', () => {
  let set: Awaited<ReturnType<typeof setUp>>
  beforeAll(async () => {
    set = await setUp()
  })
  afterAll(() => set[Symbol.asyncDispose]())

  test.each([
    ['frob', 'USAGE'],
    ['rows', 'USAGE'],
    ['rows notes --limit -1', 'USAGE'],
    ['serve app.ts --port abc', 'USAGE'],
    ['ls --frob', 'USAGE'],
    ['serve nope.ts', 'MODULE_NOT_FOUND'],
    ['schema plan nope.ts', 'MODULE_NOT_FOUND'],
    ['serve empty.ts', 'NOTHING_TO_SERVE'],
    ['dev nope.ts', 'MODULE_NOT_FOUND'],
  ])('%s: %s', async (line, code) => {
    set.project.write('empty.ts', 'export const nothing = 1\n')
    const outcome = await run(`cellar ${line} --json`, set.project)
    expect(JSON.parse(outcome.stderr).error).toMatchObject({ code, message: expect.any(String), issues: [] })
    expect([outcome.code, outcome.stdout]).toEqual([1, ''])
  })

  test.runIf(testMode === 'embedded')('a command in the wrong folder makes no database', async () => {
    const env = { ...set.project.env, CELLAR_HOME: set.project.path('nowhere') }
    const outcome = await run('cellar count notes --json', { folder: set.project.folder, env })
    expect(JSON.parse(outcome.stderr).error.code).toBe('HOME_NOT_FOUND')
  })

  test('help and version are no errors', async () => {
    const help = await run('cellar --help', set.project)
    expect([help.code, help.stderr]).toEqual([0, ''])
    expect(help.stdout).not.toContain('dev-app')
    expect(await run('cellar --version', set.project)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})

describe('dev', () => {
  test('follows what is saved, and keeps the app that works when that is broken', async () => {
    await using set = await setUp()
    const { project } = set
    await using dev = start('cellar dev app.ts --port 0', project)
    const url = await urlOf(dev)
    expect(dev.stdout.split('\n')[0]).toBe(`${url}/`)
    const version = async () => (await fetch(`${url}/api/version`)).text()
    expect(await post(`${url}/api/notes`, { id: 1, text: 'kept' })).toMatchObject({ checked: 'KEPT' })

    dev.forget()
    project.write('app.ts', `${APP}\nexport const broken = (`)
    await dev.until(/goes on/)
    expect(dev.stderr).toContain('SyntaxError')
    expect(dev.stderr).not.toContain('node:internal')
    expect(await version()).toBe('one')

    dev.forget()
    project.write('app.ts', APP.replace(', text: t.string()', '').replace(/^ {2}\.computed.*$/m, ''))
    await dev.until(/goes on/)
    expect(dev.stderr).toContain('SCHEMA_DESTRUCTIVE')
    expect(await version()).toBe('one')

    dev.forget()
    project.write(
      'app.ts',
      APP.replace(', text: t.string()', ', text: t.string(), more: t.int().nullable()').replace("'one'", "'two'"),
    )
    await dev.until(/Restarted/)
    expect(await version()).toBe('two')
    const rows = await run('cellar rows notes --json', project)
    expect(JSON.parse(rows.stdout)).toEqual([{ id: 1, text: 'kept', more: null, checked: 'KEPT' }])

    const family = descendantsOf(dev.pid)
    process.kill(dev.pid, 'SIGINT')
    expect(await dev.ended).toMatchObject({ code: 0 })
    await eventually(() => !family.some(isRunning))
  })

  test('leaves no process when it is killed', async () => {
    await using set = await setUp()
    await using dev = start('cellar dev app.ts --port 0', set.project)
    await urlOf(dev)
    const family = descendantsOf(dev.pid)
    if (process.platform === 'linux') expect(family.length).toBeGreaterThan(0)
    dev.child.kill('SIGKILL')
    await eventually(() => !family.some(isRunning))
  })

  test('explains a project without "type": "module", without a warning of Node', async () => {
    await using set = await setUp({})
    await using dev = start('cellar dev app.ts --port 0', set.project)
    await urlOf(dev)
    expect(dev.stderr).toContain('"type": "module"')
    expect(dev.stderr).not.toContain('Warning')
  })

  test('waits for a change when the first app is broken', async () => {
    await using set = await setUp()
    set.project.write('app.ts', 'export const broken = (')
    await using dev = start('cellar dev app.ts --port 0', set.project)
    await dev.until(/save a change/)
    set.project.write('app.ts', APP)
    await urlOf(dev)
  })

  test('says that its address is taken, and ends', async () => {
    await using set = await setUp()
    const other = createServer().listen(0, '127.0.0.1')
    const { port } = await new Promise<AddressInfo>((resolve) =>
      other.once('listening', () => resolve(other.address() as AddressInfo)),
    )
    const { code, stderr } = await run(`cellar dev app.ts --port ${port}`, set.project)
    other.close()
    expect(stderr).toContain('SERVE_ADDRESS_IN_USE')
    expect(code).toBe(1)
  })

  test.runIf(testMode === 'embedded')('a second one on the same home says which process holds it', async () => {
    await using set = await setUp()
    await using dev = start('cellar dev app.ts --port 0', set.project)
    await urlOf(dev)
    const { code, stderr } = await run('cellar dev app.ts --port 0', set.project)
    expect(stderr).toContain('HOME_IN_USE')
    expect(stderr).toContain(String(dev.pid))
    expect(code).toBe(1)
  })
})
