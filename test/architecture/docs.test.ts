import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { type Page, readPages } from '../../scripts/doc-snippets.ts'

const root = join(import.meta.dirname, '../..')
const pages = await readPages()

test('the code in the docs is the code that runs in the tests', () => {
  expect(pages.filter(({ text, wanted }) => text !== wanted).map(({ path }) => path)).toEqual([])
})

test('no TypeScript stands in the docs that does not run', () => {
  const loose = pages.filter(({ text }) => /(?<!-->\n)^```ts$/m.test(text))
  expect(loose.map(({ path }) => path)).toEqual([])
})

test('every decision is listed and short', () => {
  const decisions = pages.filter(({ path }) => /decisions\/\d{4}-/.test(path))
  const index = pages.find(({ path }) => path === 'docs/decisions/README.md')?.text ?? ''
  expect(decisions.filter(({ path }) => !index.includes(`(${basename(path)})`)).map(({ path }) => path)).toEqual([])
  expect(decisions.filter(({ text }) => text.trimEnd().split('\n').length > 40).map(({ path }) => path)).toEqual([])
})

test('every link between the docs leads somewhere', () => {
  const broken = pages.flatMap((page) => linksOf(page).filter((link) => !leadsSomewhere(page, link)))
  expect(broken).toEqual([])
})

const linksOf = ({ text }: Page): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => (link && !/^https?:/.test(link) ? [link] : []))

function leadsSomewhere(page: Page, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const path = file === '' ? page.path : join(dirname(page.path), file)
  if (anchor === undefined) return existsSync(join(root, path))
  const target = pages.find((each) => each.path === path)
  return target !== undefined && anchorsOf(target).includes(anchor)
}

/** Headings as GitHub links them. */
const anchorsOf = ({ text }: Page): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
