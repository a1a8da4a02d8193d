import { cpSync, openAsBlob } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { browserPath, launchBrowser } from '../support/browser.ts'
import { type Project, type Running, repository, start, testProject } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

if (!browserPath) {
  console.warn('!! THE GALLERY IS NOT TESTED: no Chromium is installed; CELLAR_TEST_BROWSER may name one.')
}

let database: TestDatabase
let project: Project
let dev: Running
let url: string
let browser: Browser
beforeAll(async () => {
  if (!browserPath) return
  database = await testDatabase('embedded')
  project = testProject(database.env)
  cpSync(join(repository, 'examples/photos'), project.folder, { recursive: true })
  dev = start('cellar dev app.ts --port 0', project)
  ;[, url = ''] = await dev.until(/^(http:\S+)\/$/m)
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await dev?.[Symbol.asyncDispose]()
  project?.[Symbol.dispose]()
  await database?.[Symbol.asyncDispose]()
})

test.skipIf(!browserPath)('the gallery uploads a picture and shows its thumbnail', async () => {
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 } })
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
  await page.goto(`${url}/`)
  expect(page.url()).toBe(`${url}/api/gallery`)
  await page.getByText('No photos yet').waitFor()

  await page.getByLabel('Picture').setInputFiles(join(repository, 'examples/photos/pictures/winter-lake.jpg'))
  await page.getByLabel('Title').fill('Lake <in> winter')
  await page.getByRole('button', { name: 'Upload' }).click()
  const image = page.getByRole('img', { name: 'Lake <in> winter' })
  await image.waitFor()
  await page.waitForFunction(() => {
    const [first] = (globalThis as unknown as { document: { images: Iterable<{ naturalWidth: number }> } }).document
      .images
    return (first?.naturalWidth ?? 0) > 0
  })
  expect(await image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth)).toBe(320)
  expect(await page.getByText('1600 × 1200').count()).toBe(1)
  expect(troubles).toEqual([])

  await page
    .getByLabel('Picture')
    .setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') })
  await page.getByLabel('Title').fill('Not a picture')
  await page.getByRole('button', { name: 'Upload' }).click()
  await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor()
  expect(await page.getByRole('img').count()).toBe(1)
  await page.close()
})

test.skipIf(!browserPath)('a search shows the pictures whose title contains it', async () => {
  const page = await browser.newPage()
  for (const title of ['Alpha lake', 'Beta hill']) {
    const body = new FormData()
    body.set('title', title)
    body.set('photo', await openAsBlob(join(repository, 'examples/photos/pictures/desert-noon.jpg')))
    await fetch(`${url}/api/photos`, { method: 'POST', body })
  }
  await page.goto(`${url}/api/gallery`)
  await page.getByRole('img', { name: 'Beta hill' }).waitFor()
  await page.getByLabel('Search').fill('Alpha')
  await page.getByRole('img', { name: 'Beta hill' }).waitFor({ state: 'detached' })
  expect(await page.getByRole('img', { name: 'Alpha lake' }).count()).toBe(1)
  await page.close()
})
