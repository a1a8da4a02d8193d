import { hash } from 'node:crypto'
import { openAsBlob, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Project, type Running, run, start, testProject } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

/** The files and commands of the contract, as they stand, from a folder of a user's. */
let database: TestDatabase
let project: Project
beforeAll(async () => {
  database = await testDatabase()
  project = testProject(database.env)
})
afterAll(async () => {
  project[Symbol.dispose]()
  await database[Symbol.asyncDispose]()
})

describe('the commands of the contract, in order', () => {
  test('schema plan names what would change and exits with 2', async () => {
    const { code, stdout } = await run('cellar schema plan app.ts', project)
    expect(stdout).toContain('photos')
    expect(code).toBe(2)
  })

  test('serve refuses to start, with the plan, when the schema is behind', async () => {
    const { code, stdout, stderr } = await run('cellar serve app.ts --port 8000 --host 127.0.0.1', project)
    expect(stderr).toContain('SCHEMA_BEHIND')
    expect(stderr).toContain('photos')
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('schema apply makes the database follow, and nothing is left to plan', async () => {
    expect(await run('cellar schema apply app.ts', project)).toMatchObject({ code: 0 })
    expect(await run('cellar schema plan app.ts', project)).toMatchObject({ code: 0 })
  })

  test('script.ts runs', async () => {
    const node = `"${process.execPath}" --conditions=cellar:source`
    expect(await run(`${node} script.ts`, project)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const { stdout } = await run('cellar count photos --json', project)
    expect(JSON.parse(stdout)).toEqual({ table: 'photos', count: 0 })
  })

  test('serve answers at the address it prints first, in the one process that was started', async () => {
    await using server = await serveVerbatim()
    const [, url] = (await server.until(/^(http:\/\/127\.0\.0\.1:\d+)\/$/m)) as unknown as [string, string]
    expect(server.stdout.split('\n')[0]).toBe(`${url}/`)
    await useApi(url)
    process.kill(server.pid, 'SIGTERM')
    expect(await server.ended).toMatchObject({ code: 0 })
  })

  test('dev serves the same app', async () => {
    await using dev = start('cellar dev app.ts', { ...project, env: { ...project.env, PORT: '0' } })
    const [, url] = (await dev.until(/^(http:\/\/127\.0\.0\.1:\d+)\/$/m)) as unknown as [string, string]
    await useApi(url)
    process.kill(dev.pid, 'SIGINT')
    expect(await dev.ended).toMatchObject({ code: 0 })
  })
})

test.each([
  ['app.ts', 'c5305ede98723d74bb5bdfd68c42a981a7fee685ee435526a19186e154789b07'],
  ['script.ts', 'de89e53adb54b0a8811207d7b5e78832a2d1cf80d187d8b91d8995f1801552ec'],
])('%s is the file of the contract, to the byte', (name, sha256) => {
  expect(hash('sha256', readFileSync(project.path(name)))).toBe(sha256)
})

/** Port 8000 may be taken, by the same test in the other mode for instance: then it waits, and at last takes a free one. */
async function serveVerbatim(): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    const port = attempt <= 15 ? 8000 : 0
    const server = start(`cellar serve app.ts --port ${port} --host 127.0.0.1`, project)
    const outcome = await server.until(/^http|SERVE_ADDRESS_IN_USE/m)
    if (outcome[0] === 'http') return server
    await server.ended
    if (port === 0) return server
    if (attempt === 15) console.warn('Port 8000 is taken for good: the contract is tested on a free one.')
    await delay(1000)
  }
}

interface Photo {
  readonly id: string
  readonly thumb: string
}

async function useApi(url: string): Promise<void> {
  const post = async <T = unknown>(path: string, body: object | FormData): Promise<T> => {
    const json = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const response = await fetch(`${url}/api${path}`, {
      method: 'POST',
      ...(body instanceof FormData ? { body } : json),
    })
    return (await response.json()) as T
  }
  const form = new FormData()
  form.set('photo', await openAsBlob(project.path('cat.jpg')), 'cat.jpg')
  form.set('title', 'A cat that sleeps')
  const inserted = await post<Photo>('/photos', form)
  expect(inserted).toEqual({ id: expect.any(String), thumb: expect.any(String), short: 'A cat that s…' })
  const thumb = await fetch(inserted.thumb)
  expect([thumb.status, thumb.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  const updated = await post('/photos/update', { id: inserted.id, title: 'Old Cat' })
  expect(updated).toEqual({ id: inserted.id, title: 'Old Cat', slug: 'old-cat' })
  const { rows } = await post<{ rows: object[] }>('/photos/search', { text: 'Old' })
  expect(rows).toEqual([{ id: inserted.id, title: 'Old Cat', thumb: inserted.thumb }])
  const preview = new FormData()
  preview.set('photo', await openAsBlob(project.path('dog.jpg')), 'dog.jpg')
  preview.set('title', 'A Dog')
  expect(await post('/photos/preview', preview)).toEqual({ thumb: expect.any(String), slug: 'a-dog' })
  expect(await post('/photos/delete', { id: inserted.id })).toEqual({ num_rows: 1 })
  expect(await (await fetch(`${url}/api/hello`)).json()).toEqual({ hello: 'world' })
}
