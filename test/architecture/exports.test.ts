import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// What leaves the package stays: a name that is added or taken away is a decision, seen here.

const root = join(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly 'cellar:source': string }>>
}

const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [[name.replace('.', 'cellar'), target['cellar:source']] as const],
)

test.each(entries)('%s exports these names', (_, file) => {
  const text = readFileSync(join(root, file), 'utf8')
  const lists = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)]
  const names = lists.flatMap(([, type = '', list = '']) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => (name.startsWith('type ') ? name : type + name)),
  )
  expect(text).not.toMatch(/^export (?!type \{|\{)/m)
  expect(names.sort()).toMatchSnapshot()
})
