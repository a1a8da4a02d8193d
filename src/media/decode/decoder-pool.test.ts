import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { quarters } from '../testing/images.ts'
import { temporaryFolder } from '../testing/temporary.ts'
import { transformImage } from '../transform-image.ts'
import { DecoderPool, type DecoderPoolOptions } from './decoder-pool.ts'

const pools: DecoderPool[] = []
function createPool(options: DecoderPoolOptions): DecoderPool {
  const pool = new DecoderPool(options)
  pools.push(pool)
  return pool
}
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close()
})

const small = await quarters().png().toBuffer()
const thumbnail = (pool: DecoderPool, source: Uint8Array | string = small, signal?: AbortSignal) =>
  transformImage(source, [{ kind: 'resize', width: 16 }], { pool, ...(signal && { signal }) })

/** Work without end, for as long as a test takes. */
const spin = (pool: DecoderPool, signal?: AbortSignal) =>
  transformImage(SPINNING, [{ kind: 'grayscale' }], { pool, ...(signal && { signal }) })

/** A drawing that takes minutes to render: a few hundred bytes of filters over many pixels. */
const SPINNING = Buffer.from(
  `<svg width="8000" height="8000"><filter id="f" x="0" y="0" width="1" height="1">${'<feTurbulence baseFrequency="0.05" numOctaves="40" type="fractalNoise"/>'.repeat(4)}</filter><rect width="8000" height="8000" filter="url(#f)"/></svg>`,
)

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !(existsSync(`/proc/${pid}/stat`) && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
  } catch {
    return false
  }
}
async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 10_000) throw new RangeError('waited too long')
    await sleep(20)
  }
}

test('a decoder that spins is killed at its time limit; the others waiting behind it are served', async () => {
  const pool = createPool({ size: 1, timeLimit: 2000 })
  await thumbnail(pool)
  const [pid = 0] = pool.pids
  const spinning = spin(pool)
  const behind = Array.from({ length: 5 }, () => thumbnail(pool))
  await expect(spinning).rejects.toMatchObject({ code: 'MEDIA_DECODE_LIMIT', status: 422 })
  expect((await Promise.all(behind)).map(({ width }) => width)).toEqual([16, 16, 16, 16, 16])
  expect(isRunning(pid)).toBe(false)
  expect(pool.pids).not.toContain(pid)
})

test('a decoder that takes too much memory is killed', async () => {
  const pool = createPool({ size: 1, memoryLimit: 150 * 1024 ** 2 })
  // Turning needs all pixels at once: 192 MB of them.
  const big = await sharp({ create: { width: 8000, height: 8000, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const turned = transformImage(big, [{ kind: 'rotate', degrees: 90 }], { pool })
  await expect(turned).rejects.toMatchObject({ code: 'MEDIA_DECODE_LIMIT' })
  expect((await thumbnail(pool)).width).toBe(16)
})

test('a crash fails the job that was worked at and nothing else', async () => {
  const pool = createPool({ size: 1 })
  await thumbnail(pool)
  const [pid = 0] = pool.pids
  const first = spin(pool)
  const second = thumbnail(pool)
  await sleep(100)
  process.kill(pid, 'SIGSEGV')
  await expect(first).rejects.toMatchObject({ code: 'MEDIA_DECODE_FAILED' })
  expect((await second).width).toBe(16)
})

test('an abort ends the work, also of a job that waits', async () => {
  const pool = createPool({ size: 1 })
  const abort = new AbortController()
  const jobs = Array.from({ length: 4 }, () => spin(pool, abort.signal))
  const last = thumbnail(pool)
  await until(() => pool.pids.length === 1)
  const [pid = 0] = pool.pids
  await sleep(200)
  abort.abort()
  for (const result of await Promise.allSettled(jobs)) expect(result).toMatchObject({ reason: { code: 'ABORTED' } })
  expect((await last).width).toBe(16)
  expect(isRunning(pid)).toBe(false)
  await expect(thumbnail(pool, small, abort.signal)).rejects.toMatchObject({ code: 'ABORTED' })
})

test('there are as many processes as allowed, started when there is work', async () => {
  const pool = createPool({ size: 3 })
  expect(pool.pids).toEqual([])
  await thumbnail(pool)
  expect(pool.pids).toHaveLength(1)
  await Promise.all(Array.from({ length: 30 }, () => thumbnail(pool)))
  expect(pool.pids).toHaveLength(3)
})

test('idle processes end and come back with the next job', async () => {
  const pool = createPool({ size: 1, idleTime: 50 })
  await thumbnail(pool)
  const [pid = 0] = pool.pids
  await until(() => !isRunning(pid))
  expect(pool.pids).toEqual([])
  expect((await thumbnail(pool)).width).toBe(16)
})

test('a closed pool has no process and takes no job', async () => {
  const pool = createPool({ size: 1 })
  const running = spin(pool)
  const waiting = [thumbnail(pool), thumbnail(pool), thumbnail(pool)]
  await until(() => pool.pids.length === 1)
  const [pid = 0] = pool.pids
  pool.close()
  for (const result of await Promise.allSettled([running, ...waiting]))
    expect(result).toMatchObject({ reason: { code: 'CLOSED' } })
  await until(() => !isRunning(pid))
  await expect(thumbnail(pool)).rejects.toMatchObject({ code: 'CLOSED' })
})

test.skipIf(process.platform !== 'linux')('decoders keep no process alive and end with it', async () => {
  using folder = temporaryFolder()
  const url = new URL('../transform-image.ts', import.meta.url).href
  const script = `
    import { execSync } from 'node:child_process'
    import { writeFileSync } from 'node:fs'
    import { transformImage } from '${url}'
    await transformImage(Buffer.from('${small.toString('base64')}', 'base64'), [])
    writeFileSync(process.argv[1], execSync('ps -o pid= -o args= --ppid ' + process.pid))`
  const out = join(folder.path, 'children.txt')
  const begun = performance.now()
  execFileSync(process.execPath, ['--input-type=module', '-e', script, out], { timeout: 15_000 })
  // Idle decoders would end by themselves only after ten seconds.
  expect(performance.now() - begun).toBeLessThan(9000)
  const [child = ''] = readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line.includes('decoder-child'))
  await until(() => !isRunning(Number.parseInt(child, 10)))
})

test.skipIf(process.platform !== 'linux')('a decoder at work ends with its parent, however that ends', async () => {
  const url = new URL('../transform-image.ts', import.meta.url).href
  const script = `
    import { transformImage } from '${url}'
    transformImage(Buffer.from('${SPINNING.toString('base64')}', 'base64'), [])
    console.log('started')`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(parent.stdout, 'data')
  await sleep(1500)
  const list = spawnSync('ps', ['-o', 'pid=', '--ppid', String(parent.pid)], { encoding: 'utf8' }).stdout
  const children = list.trim().split(/\s+/).map(Number)
  expect(children).toHaveLength(1)
  parent.kill('SIGKILL')
  await until(() => !children.some(isRunning))
})

test('a decoder has no secret in its environment', async () => {
  const pool = createPool({ size: 1 })
  process.env.CELLAR_TEST_SECRET = 'secret'
  await thumbnail(pool)
  delete process.env.CELLAR_TEST_SECRET
  const [pid = 0] = pool.pids
  if (process.platform === 'linux') expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('secret')
})
