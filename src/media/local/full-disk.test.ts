import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createMediaStore } from '../create-media-store.ts'
import { temporaryFolder } from '../testing/temporary.ts'
import { FileThread } from './threads/file-thread.ts'

const folder = temporaryFolder()
/** A disk of 1 MiB. Mounting one needs root. */
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder.path]).status === 0

afterAll(() => {
  if (isMounted) spawnSync('umount', [folder.path])
  folder[Symbol.dispose]()
})

describe.skipIf(!isMounted)('a full disk (needs the right to mount a tmpfs)', () => {
  const store = createMediaStore({ home: folder.path })
  const options = { kind: 'any', allowPath: false } as const
  const full = { code: 'STORAGE_FULL', retryable: true, status: 507 }
  const used = async () =>
    (await readdir(join(folder.path, 'media'), { recursive: true })).filter((name) => name.length > 10)

  test('refuses what does not fit, keeps nothing of it, and takes what fits', async () => {
    const small = await store.ingest(randomBytes(100_000), options)
    const big = randomBytes(2_000_000)
    await expect(store.ingest(big, options)).rejects.toMatchObject(full)
    await expect(store.ingest(new Blob([big]), options)).rejects.toMatchObject(full)
    const sink = store.begin(options)
    await expect(
      (async () => {
        for (let at = 0; at < big.length; at += 65_536) await sink.write(big.subarray(at, at + 65_536))
      })(),
    ).rejects.toMatchObject(full)
    await expect(sink.finish()).rejects.toMatchObject(full)
    expect(await used()).toHaveLength(1)
    expect(Buffer.from(await store.bytes(small.ref))).toHaveLength(100_000)
    await store.ingest(randomBytes(500_000), options)
  })

  test('is told by the thread that stores files, too', async () => {
    using elsewhere = temporaryFolder()
    const path = join(elsewhere.path, 'big')
    await writeFile(path, randomBytes(2_000_000))
    const writer = basename(await store.scratch()).split('-')[2] ?? ''
    const thread = new FileThread({ root: store.root, sync: true, writer })
    const before = await used()
    const limits = { kind: 'any', maxBytes: Number.POSITIVE_INFINITY, maxPixels: Number.POSITIVE_INFINITY } as const
    await expect(thread.store({ path }, limits)).rejects.toMatchObject({ ...full, cause: { code: 'ENOSPC' } })
    await thread.close()
    expect(await used()).toEqual(before)
  })

  test('does not lose what is there when many writes fail at once', async () => {
    const before = await used()
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => store.ingest(new Blob([randomBytes(400_000)]), options)),
    )
    expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(19)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject(full)
    expect(await used()).toEqual(expect.arrayContaining(before))
    expect(await readdir(join(folder.path, 'media', 'tmp'))).toEqual([])
  })
})
