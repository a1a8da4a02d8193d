import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { type Cellar, defineQuery, defineTable, open, t } from 'cellar'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, launchBrowser } from '../support/browser.ts'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const pictures = defineTable('pictures', { id: t.int().primaryKey(), picture: t.image(), title: t.string() })
const all = defineQuery('all', {}, (_, { from }) => from(pictures).select((c) => ({ id: c.id })))
const api = new TableRouter({ prefix: '/api' })
  .addInsertRoute(pictures, { path: '/pictures', uploadInputs: ['picture'] })
  .addInsertRoute(pictures, { path: '/later', uploadInputs: ['picture'], outputs: ['id'], background: true })
  .addQueryRoute(all, { path: '/all' })

/** The client's modules as a browser gets them: types stripped, nothing bundled. */
const CLIENT = ['create-client', 'client-error', 'files', 'job', 'random-key', 'request', 'send']
api.get('/client/:file', (c) => {
  const name = c.req.param('file').replace(/\.ts$/, '')
  if (!CLIENT.includes(name)) return c.notFound()
  const source = readFileSync(new URL(`../../src/client/${name}.ts`, import.meta.url), 'utf8')
  return c.body(stripTypeScriptTypes(source), 200, { 'content-type': 'text/javascript' })
})
api.get('/page', (c) => c.html('<!doctype html><title>page</title>'))

describe.runIf(browserPath)('in a browser', () => {
  let database: TestDatabase
  let cellar: Cellar
  let server: RunningServer
  let browser: Browser
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    database = await testDatabase('embedded')
    cellar = await open(database.options)
    await cellar.apply([pictures])
    server = await serve(api, { cellar, port: 0, title: 'Pictures' })
    browser = await launchBrowser()
    page = await browser.newPage()
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
    await cellar.close()
    await database[Symbol.asyncDispose]()
  })

  it('the docs list the routes, send a form with a file and show the picture', async () => {
    await page.goto(`${server.url}/docs`)
    expect(await page.textContent('h1')).toBe('Pictures')
    await page.click('#insertPictures > summary')
    const form = page.locator('#insertPictures')
    await form.locator('label:has-text("id") input').fill('1')
    await form.locator('label:has-text("title") input').fill("it's")
    await form.locator('input[type=file]').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: PNG })
    expect(await form.locator('pre').first().textContent()).toContain(`-F 'title=it'\\''s'`)
    expect(await form.locator('pre.call').textContent()).toContain("client.call('/pictures', {")
    await form.locator('button:has-text("Send")').click()
    await form.locator('.status').waitFor()
    expect(await form.locator('.status').textContent()).toMatch(/^200/)
    const image = form.locator('.answer img')
    await image.waitFor()
    await expect
      .poll(() => image.evaluate((node) => (node as unknown as { naturalWidth: number }).naturalWidth))
      .toBe(1)
    expect(problems).toEqual([])
  })

  it('the client inserts with a file, queries, waits for jobs and throws typed errors', async () => {
    await page.goto(`${server.url}/api/page`)
    // As text: what the test runner makes of an import is nothing for a browser.
    const answer = await page.evaluate(`(async () => {
      const { createClient } = await import('/api/client/create-client.ts')
      const client = createClient({ baseUrl: '/api' })
      const picture = new Blob([new Uint8Array(${JSON.stringify([...PNG])})])
      const made = await client.call('/pictures', { id: 2, title: 'two', picture })
      const job = await client.call('/later', { id: 3, title: 'three', picture })
      const done = await job.wait()
      const { rows } = await client.call('/all', {})
      const error = await client.call('/pictures', { id: 2, title: 'again', picture }).catch((thrown) => thrown)
      const { name, code, status } = error
      return { title: made.title, done, rows, error: { name, code, status } }
    })()`)
    expect(answer).toEqual({
      title: 'two',
      done: { id: 3 },
      rows: [{ id: 1 }, { id: 2 }, { id: 3 }],
      error: { name: 'CellarClientError', code: 'DUPLICATE_KEY', status: 409 },
    })
  })
})
