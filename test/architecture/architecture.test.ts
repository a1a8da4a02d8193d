import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorDocs } from '../../scripts/error-docs.ts'
import { expressionDocs } from '../../scripts/expression-docs.ts'

const root = join(import.meta.dirname, '../..')
const codes = [...errorDocs().matchAll(/^## (\w+)$/gm)].flatMap((match) => match[1] ?? [])
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = globSync('src/**/*.ts', { cwd: root }).filter(
  (path) => !path.endsWith('.test.ts') && !path.includes('/testing/'),
)

test('no source file is longer than 300 lines', () => {
  const long = sources.filter((path) => read(path).split('\n').length > 301)
  expect(long).toEqual([])
})

test('the error reference is current', () => {
  expect(read('docs/reference/errors.md')).toBe(errorDocs())
})

test('the reference of expressions is current', () => {
  expect(read('docs/reference/expressions.md')).toBe(expressionDocs())
})

test('every error code is used by the library', () => {
  const code = sources
    .filter((path) => !path.endsWith('errors/codes.ts'))
    .map(read)
    .join('\n')
  expect(codes.filter((name) => !code.includes(`'${name}'`))).toEqual([])
})

test('every error code is provoked by a test', () => {
  const tests = globSync(['src/**/*.test.ts', 'test/{integration,recovery,packed,browser,contract}/**/*.test.ts'], {
    cwd: root,
  })
  const text = tests.map(read).join('\n')
  expect(codes.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([])
})

test('the library throws nothing but coded errors', () => {
  const plain = sources.filter((path) => /throw new (?:Error|TypeError|RangeError)\(/.test(read(path)))
  expect(plain).toEqual([])
})

test('sharp is loaded in one place only', () => {
  const importing = sources.filter((path) => /import\('sharp'\)|^import (?!type )[^\n]*from 'sharp'/m.test(read(path)))
  expect(importing).toEqual(['src/media/decode/load-sharp.ts'])
})
