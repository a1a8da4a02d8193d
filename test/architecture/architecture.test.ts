import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorDocs } from '../../scripts/error-docs.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = globSync('src/**/*.ts', { cwd: root }).filter((path) => !path.endsWith('.test.ts'))

test('no source file is longer than 300 lines', () => {
  const long = sources.filter((path) => read(path).split('\n').length > 301)
  expect(long).toEqual([])
})

test('the error reference is current', () => {
  expect(read('docs/reference/errors.md')).toBe(errorDocs())
})

test('every error code is used by the library', () => {
  const code = sources
    .filter((path) => !path.endsWith('errors/codes.ts'))
    .map(read)
    .join('\n')
  const codes = [...errorDocs().matchAll(/^## (\w+)$/gm)].flatMap((match) => match[1] ?? [])
  expect(codes.filter((name) => !code.includes(`'${name}'`))).toEqual([])
})

test('the library throws nothing but coded errors', () => {
  const plain = sources.filter((path) => /throw new (?:Error|TypeError|RangeError)\(/.test(read(path)))
  expect(plain).toEqual([])
})

test('sharp is loaded in one place only', () => {
  const importing = sources.filter(
    (path) => /import\('sharp'\)|from 'sharp'/.test(read(path)) && !/import type[^\n]*from 'sharp'/.test(read(path)),
  )
  expect(importing.length).toBe(1)
})
