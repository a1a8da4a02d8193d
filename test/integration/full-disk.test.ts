import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cellar, defineTable, open, t } from 'cellar'
import { type RunningServer, serve, TableRouter } from 'cellar/serve'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { randomPicture } from '../support/pictures.ts'
import { problemOf } from '../support/problems.ts'

const pictures = defineTable('pictures', { id: t.int().primaryKey(), photo: t.image(), text: t.string() })
const api = new TableRouter({ prefix: '/api' }).addInsertRoute(pictures, { path: '/pictures', uploadInputs: ['photo'] })

/** A small disk; mounting one needs root on Linux. */
const disk = mkdtempSync(join(tmpdir(), 'cellar-disk-'))
const isMounted =
  process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk]).status === 0
if (!isMounted) console.warn('SKIPPED: the tests of a full disk need the right to mount a tmpfs.')

describe.skipIf(!isMounted)('a full disk (needs the right to mount a tmpfs)', () => {
  let database: TestDatabase
  let cellar: Cellar
  let server: RunningServer
  const filler = join(disk, 'filler')

  beforeAll(async () => {
    database = await testDatabase()
    if (database.mode === 'embedded') execFileSync('cp', ['-a', `${database.home}/.`, disk])
    cellar = await open({ ...database.options, home: disk })
    await cellar.apply([pictures])
    server = await serve(api, { cellar, port: 0 })
  })
  afterAll(async () => {
    await server?.close()
    await cellar?.close()
    await database?.[Symbol.asyncDispose]()
    if (isMounted) spawnSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
  })

  const upload = (id: number, size = 100) => {
    const data = new FormData()
    for (const [name, value] of Object.entries({ id: String(id), text: 'x'.repeat(1000) })) data.append(name, value)
    data.append('photo', new Blob([randomPicture(size, size)]), 'x.png')
    return fetch(`${server.url}/api/pictures`, { method: 'POST', body: data })
  }
  const ids = async () =>
    (
      await cellar
        .from(pictures)
        .orderBy((c) => c.id)
        .collect()
    ).map(({ id }) => id)
  /** Leaves so many bytes. */
  async function fill(left: number) {
    await writeFile(filler, '')
    const [, line = ''] = execFileSync('df', ['-B1', '--output=avail', disk], { encoding: 'utf8' }).split('\n')
    await writeFile(filler, Buffer.alloc(Math.max(0, Number(line) - left)))
  }

  it('is answered with 507, nothing is lost or half-written, and what fits is taken again', async () => {
    expect((await upload(1)).status).toBe(200)
    await fill(64 * 1024)
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => upload(10 + n, 300)))
    for (const answer of answers) {
      const problem = await problemOf(answer)
      expect(problem).toMatchObject({ status: 507, code: 'STORAGE_FULL', retryable: true })
    }
    expect(await ids()).toEqual([1])
    const files = (await readdir(join(disk, 'media'), { recursive: true, withFileTypes: true })).filter((file) =>
      file.isFile(),
    )
    expect(files).toHaveLength(1)
    await rm(filler)
    // The free space is looked at ten times a second.
    await expect.poll(async () => (await upload(2, 300)).status, { timeout: 5_000 }).toBe(200)
    expect(await ids()).toEqual([1, 2])
  })

  it('while rows are written loses none that was acknowledged', { timeout: 120_000 }, async () => {
    const before = await ids()
    // An embedded database keeps a reserve of 8 MiB.
    await fill((database.mode === 'embedded' ? 11 : 3) * 1024 * 1024)
    const acknowledged: number[] = []
    const codes = new Set<string>()
    // Embedded, the database itself runs out of space; on a server only the media do.
    for (let id = 1000; id < 1060; id += 1) {
      try {
        await cellar.insert(pictures, [
          { id, photo: randomPicture(150, 150), text: randomBytes(25_000).toString('hex') },
        ])
        acknowledged.push(id)
      } catch (error) {
        codes.add((error as { code: string }).code)
      }
    }
    expect([...codes]).toEqual(['STORAGE_FULL'])
    expect(acknowledged.length).toBeGreaterThan(3)
    expect(await ids()).toEqual([...before, ...acknowledged])
    await rm(filler)
    const insert = () => cellar.insert(pictures, [{ id: 2000, photo: randomPicture(), text: 'x' }])
    await expect
      .poll(
        () =>
          insert().then(
            () => 'stored',
            () => 'refused',
          ),
        { timeout: 5_000 },
      )
      .toBe('stored')
    expect(await ids()).toEqual([...before, ...acknowledged, 2000])
    if (database.mode === 'embedded') {
      await server.close()
      await cellar.close()
      cellar = await open({ ...database.options, home: disk })
      expect(await ids()).toEqual([...before, ...acknowledged, 2000])
    }
  })
})
