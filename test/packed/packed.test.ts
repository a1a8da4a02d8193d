import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, openAsBlob, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repository, run, start } from '../support/command.ts'

/** The package as npm packs it, installed into an empty project as a user does it. */
const root = mkdtempSync(join(tmpdir(), 'cellar-packed-'))
const folder = join(root, 'project')
const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
const version = (name: string) => `${name}@${manifest.devDependencies[name]}`
const { CELLAR_DATABASE_URL: _, CELLAR_HOME: __, NODE_OPTIONS: ___, ...others } = process.env

interface Runtime {
  readonly name: string
  readonly env: NodeJS.ProcessEnv
}

const runtime = (bin: string, home: string): Runtime['env'] => ({
  ...others,
  PATH: `${bin}${delimiter}${others.PATH}`,
  CELLAR_HOME: join(root, home),
  NO_COLOR: '1',
})
const current: Runtime = { name: `Node ${process.version}`, env: runtime(dirname(process.execPath), 'home') }
/** The oldest that is supported, as a package of the registry. */
const oldest: Runtime = {
  name: 'Node 22.18',
  env: runtime(join(root, `oldest/node_modules/node-${process.platform}-${process.arch}/bin`), 'oldest-home'),
}

function npm(args: readonly string[], cwd: string): { readonly ok: boolean; readonly output: string } {
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  const result = spawnSync('npm', [...args, ...quiet], { cwd, env: current.env, encoding: 'utf8' })
  return { ok: result.status === 0, output: `${result.stdout}${result.stderr}` }
}

function install(packages: readonly string[], cwd = folder): void {
  const { ok, output } = npm(['install', ...packages], cwd)
  if (!ok) throw new Error(`npm install ${packages.join(' ')} failed:\n${output}`)
}

let hasOldest = false
beforeAll(() => {
  const packed = npm(['pack', '--json', '--pack-destination', root], repository)
  if (!packed.ok) throw new Error(packed.output)
  cpSync(join(repository, 'examples/contract'), folder, { recursive: true })
  cpSync(join(import.meta.dirname, 'project'), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  install([join(root, `cellar-${manifest.version}.tgz`), version('typescript'), version('@types/node')])
  cpSync(join(root, 'project/package.json'), join(root, 'oldest/package.json'))
  hasOldest = npm(['install', `node-${process.platform}-${process.arch}@22.18`], join(root, 'oldest')).ok
}, 600_000)
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))

test('the package holds what is built, and neither sources nor tests', () => {
  const files = npm(['pack', '--json', '--dry-run', '--ignore-scripts'], repository).output
  const paths = (JSON.parse(files) as [{ files: { path: string }[] }])[0].files.map((file) => file.path)
  expect(paths).toContain('dist/cli/bin.js')
  expect(paths).toContain('dist/media/local/threads/file-worker.js')
  expect(paths.filter((path) => !/^dist\/.*\.(?:js|d\.ts)$/.test(path)).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'package.json',
  ])
  expect(paths.filter((path) => /\.test\.|testing/.test(path))).toEqual([])
})

test('without sharp, apply fails before anything is made, and names the command', async () => {
  const project = { folder, env: { ...current.env, CELLAR_HOME: join(root, 'home-without') } }
  const { code, stderr } = await run('npx cellar schema apply app.ts', project)
  expect(stderr).toContain('OPTIONAL_DEPENDENCY_MISSING')
  expect(stderr).toContain('npm install sharp')
  expect(code).toBe(1)
  expect((await run('npx cellar ls --json', project)).stdout.trim()).toBe('[]')
}, 180_000)

describe('with sharp', () => {
  beforeAll(() => install([version('sharp')]), 600_000)

  test('the types resolve', async () => {
    const options = '--noEmit --strict --target es2024 --module nodenext --allowImportingTsExtensions --types node'
    const { code, stdout } = await run(`npx tsc ${options} app.ts script.ts run.ts`, { folder, env: current.env })
    expect(stdout).toBe('')
    expect(code).toBe(0)
  })

  describe.each([current, oldest])('on $name', ({ name, env }) => {
    const project = { folder, env }
    const missing = () => {
      if (env === oldest.env && !hasOldest) return `NOT TESTED ON ${name}: npm could not install that Node.`
      return undefined
    }

    test('every entry works, thread functions and decoders too', async (context) => {
      const reason = missing()
      if (reason) return skipLoudly(context, reason)
      const { stdout, stderr } = await run('node run.ts', project)
      expect(stderr.replaceAll(/^.*(?:ExperimentalWarning|trace-warnings).*\n/gm, '')).toBe('')
      expect(JSON.parse(stdout)).toEqual({
        places: ['1 worker', '2 worker'],
        short: 'A cat',
        kind: 'image',
        small: true,
        entries: ['function', 'function', 'function', 'function'],
        status: 200,
      })
    })

    test('npx cellar dev app.ts takes a picture and serves its thumbnail', async (context) => {
      const reason = missing()
      if (reason) return skipLoudly(context, reason)
      await using dev = start('npx cellar dev app.ts --port 0', project, { group: true })
      const [, url] = await dev.until(/^(http:\S+)\/$/m, 120_000)
      const form = new FormData()
      form.set('photo', await openAsBlob(join(folder, 'cat.jpg')), 'cat.jpg')
      form.set('title', 'A cat')
      const response = await fetch(`${url}/api/photos`, { method: 'POST', body: form })
      const { thumb } = (await response.json()) as { thumb: string }
      const picture = await fetch(thumb)
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
      dev.interrupt()
      await dev.ended
    })
  })
})

function skipLoudly(context: { skip(reason: string): void }, reason: string): void {
  console.warn(`!! ${reason}`)
  context.skip(reason)
}
