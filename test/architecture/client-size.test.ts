import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../../src/client')
const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))

/** As a bundler without a minifier gives it: types, comments and indentation gone, names as they are. */
const scripts = sources.map((source) =>
  stripTypeScriptTypes(source)
    .replaceAll(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    .replaceAll(/^\s+|[ \t]+$/gm, ''),
)

test('the client is smaller than 6 kB, compressed', () => {
  const bytes = gzipSync(scripts.join('\n'), { level: 9 }).length
  expect(bytes).toBeGreaterThan(1_000)
  expect(bytes).toBeLessThan(6_000)
})

test('the client brings nothing along, and makes no code from text', () => {
  for (const script of scripts) {
    expect([...script.matchAll(/from '(?!\.)/g)]).toEqual([])
    expect(script).not.toMatch(/new Function|\beval\(/)
  }
})
