import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0')

test('nothing in the tree names a place on somebody’s machine', (context) => {
  // An unpacked archive has no list of files.
  if (!existsSync(join(root, '.git'))) return context.skip('this is no git repository')
  const places = [root, homedir()].filter((place) => place.split('/').length > 2)
  const texts = git('ls-files', '-z', '--cached', '--others', '--exclude-standard').filter(
    (path) => path !== '' && existsSync(join(root, path)) && !/\.(?:jpe?g|png|webp|ico)$/.test(path),
  )
  const named = texts.filter((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return places.some((place) => text.includes(place)) || /(?:^|["'`\s(=:])\/(?:home|Users)\/\w+\//m.test(text)
  })
  expect(named).toEqual([])
})

test('packages come from the public registry', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>
  }
  const foreign = Object.entries(lock.packages).filter(
    ([, { resolved, link }]) => resolved && !link && !resolved.startsWith('https://registry.npmjs.org/'),
  )
  expect(foreign.map(([path]) => path)).toEqual([])
})
