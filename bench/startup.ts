import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Comparison, compare, median } from './support/measure.ts'

const dist = (path: string) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url))
const app = fileURLToPath(new URL('../examples/contract/app.ts', import.meta.url))

const root = fileURLToPath(new URL('..', import.meta.url))

/** What users start is the build, which loads faster than the sources. */
export function buildFirst(): void {
  run('npm', ['run', 'build', '--silent'], { cwd: root })
}

function run(command: string, args: readonly string[], options: SpawnSyncOptions = {}): void {
  const { status, stderr } = spawnSync(command, args, options)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`)
}

/** Milliseconds that a fresh process takes to import an entry, beyond an empty process. */
export function benchImports(
  rounds: number,
): { readonly entry: string; readonly milliseconds: number; readonly goal: number }[] {
  const time = (code: string) => {
    const start = performance.now()
    run(process.execPath, ['--input-type=module', '-e', code])
    return performance.now() - start
  }
  const cost = (entry: string, goal: number) => {
    const url = JSON.stringify(`file://${dist(`public/${entry === 'cellar' ? 'index' : 'serve'}.js`)}`)
    const pairs = Array.from({ length: rounds }, () => time(`await import(${url})`) - time(''))
    return { entry, milliseconds: median(pairs), goal }
  }
  return [cost('cellar', 150), cost('cellar/serve', 300)]
}

/** Warm start of `serve` on an embedded home against opening PGlite bare on the same data: starts per second. */
export async function benchWarmStart(rounds: number): Promise<Comparison> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const { CELLAR_DATABASE_URL: _, ...others } = process.env
  const env = { ...others, CELLAR_HOME: home }
  const bare = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  run(process.execPath, [dist('cli/bin.js'), 'schema', 'apply', app], { env })
  const open = `const { PGlite } = await import('@electric-sql/pglite'); const db = await PGlite.create(${JSON.stringify(`file://${bare}`)}); await db.query('select 1'); process.exit(0)`
  run(process.execPath, ['--input-type=module', '-e', open], { cwd: root })
  const result = await compare('warm start of serve, bare PGlite over ours', {
    unit: 'starts/s',
    goal: 0.5,
    rounds,
    ours: { name: 'cellar serve', round: async () => 1000 / (await untilServing(env)) },
    theirs: {
      name: 'bare PGlite',
      round: async () => {
        const start = performance.now()
        run(process.execPath, ['--input-type=module', '-e', open], { cwd: root })
        return 1000 / (performance.now() - start)
      },
    },
  })
  await rm(home, { recursive: true, force: true })
  await rm(bare, { recursive: true, force: true })
  return result
}

function untilServing(env: NodeJS.ProcessEnv): Promise<number> {
  const start = performance.now()
  const child = spawn(process.execPath, [dist('cli/bin.js'), 'serve', app, '--port', '0'], { env })
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk))
    child.stdout.once('data', () => {
      const time = performance.now() - start
      child.once('exit', () => resolve(time))
      child.kill('SIGTERM')
    })
    child.once('exit', (code) => code && reject(new Error(`serve ended with ${code}`)))
  })
}
