import { appendFile, open, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { noise } from '../../testing/images.ts'
import { image, sha256, storeScene } from '../../testing/store-scene.ts'
import type { UploadLimits } from '../upload.ts'
import { FileThread } from './file-thread.ts'

const LIMITS: UploadLimits = { kind: 'image', maxBytes: 2 ** 40, maxPixels: 10_000_000 }

let scene: Awaited<ReturnType<typeof storeScene>>
let thread: FileThread
let picture: Buffer
beforeEach(async () => {
  scene = await storeScene()
  picture = await noise(700, 500).png().toBuffer()
  const writer = basename(await scene.store.scratch()).split('-')[2] ?? ''
  const started = new FileThread({ root: scene.store.root, sync: true, writer })
  thread = started
  onTestFinished(() => started.close())
})

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(scene.home, name)
  await writeFile(path, bytes)
  return path
}

/** A file that begins with a text and goes on with nothing, which takes no space. */
async function sparse(name: string, begin: string, size: number): Promise<string> {
  const path = await written(name, Buffer.from(begin, 'latin1'))
  await using file = await open(path, 'r+')
  await file.truncate(size)
  return path
}

describe('a file', () => {
  test.each(['large', 'small'])('that is %s is stored as the store itself would', async (size) => {
    const bytes = size === 'large' ? picture : scene.png
    const path = await written('picture.dat', bytes)
    const stored = await thread.store({ path }, LIMITS)
    expect(stored).toMatchObject({ sha256: sha256(bytes), ext: 'png', bytes: bytes.length })
    expect(await readFile(scene.store.path(stored.ref))).toEqual(bytes)
    expect(await scene.store.ingest(path, image)).toEqual(stored)
    expect(await readFile(path)).toEqual(bytes)
    expect(await scene.leftovers()).toEqual([])
  })

  test('comes out whole among others', async () => {
    const pictures = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        noise(400 + n, 300)
          .png()
          .toBuffer(),
      ),
    )
    const paths = await Promise.all(pictures.map((bytes, n) => written(`${n}.png`, bytes)))
    const stored = await Promise.all(paths.map((path) => thread.store({ path }, LIMITS)))
    expect(stored.map((one) => one.sha256)).toEqual(pictures.map(sha256))
    for (const [n, { ref }] of stored.entries()) expect(await readFile(scene.store.path(ref))).toEqual(pictures[n])
    expect(await scene.leftovers()).toEqual([])
  })

  test('whose content is known takes the place of nothing', async () => {
    const path = await written('a.png', picture)
    const { ref } = await thread.store({ path }, LIMITS)
    const before = await stat(scene.store.path(ref))
    await thread.store({ path }, LIMITS)
    const after = await stat(scene.store.path(ref))
    expect(after.ino).toBe(before.ino)
    expect(after.mtimeMs).toBeGreaterThanOrEqual(before.mtimeMs)
    expect(await scene.leftovers()).toEqual([])
  })

  test('that was made for the store is moved', async () => {
    const path = await scene.store.scratch()
    await writeFile(path, picture)
    const known = { sha256: sha256(picture), bytes: picture.length, isText: false }
    const { ref } = await thread.store({ path, known }, LIMITS)
    expect(await readFile(scene.store.path(ref))).toEqual(picture)
    expect(await scene.leftovers()).toEqual([])
  })

  test('that was changed after it was made is refused', async () => {
    const path = await scene.store.scratch()
    await writeFile(path, picture)
    const known = { sha256: sha256(picture), bytes: picture.length, isText: false }
    await appendFile(path, 'x')
    await expect(thread.store({ path, known }, LIMITS)).rejects.toMatchObject({ code: 'MEDIA_UNREADABLE' })
    expect(await scene.leftovers()).toEqual([])
  })
})

describe('what cannot be used is refused by code and leaves nothing behind', () => {
  const cases: [string, () => string | Promise<string>, string][] = [
    ['text', () => written('a.txt', Buffer.alloc(600_000, 'text ')), 'MEDIA_WRONG_KIND'],
    ['nothing', () => written('a', Buffer.alloc(0)), 'MEDIA_WRONG_KIND'],
    ['half a picture', () => written('a.png', picture.subarray(0, picture.length / 2)), 'MEDIA_CORRUPT'],
    ['a path that is not there', () => join(scene.home, 'none.png'), 'MEDIA_UNREADABLE'],
    ['a folder', () => scene.home, 'MEDIA_UNREADABLE'],
    ['a path with a NUL', () => 'a\0b.png', 'MEDIA_UNREADABLE'],
    ['a device', () => '/dev/zero', 'MEDIA_UNREADABLE'],
  ]
  test.each(cases)('%s', async (_name, source, code) => {
    const path = await source()
    const refused = await thread.store({ path }, LIMITS).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code })
    await expect(scene.store.ingest(path, image)).rejects.toMatchObject({ code, message: (refused as Error).message })
    expect(await scene.stored()).toEqual([])
    expect(await scene.leftovers()).toEqual([])
  })

  test('more bytes than the limit, as soon as they are read', async () => {
    const path = await sparse('a.png', '\x89PNG\r\n\x1a\n', 2 ** 40)
    const limits = { ...LIMITS, maxBytes: 3_000_000 }
    await expect(thread.store({ path }, limits)).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
    expect(await scene.leftovers()).toEqual([])
  })

  test('the wrong kind, by its first bytes', async () => {
    const path = await sparse('a.mp4', '\0\0\0\x10ftypisom\0\0\0\0', 2 ** 40)
    await expect(thread.store({ path }, LIMITS)).rejects.toMatchObject({ code: 'MEDIA_WRONG_KIND' })
    expect(await scene.leftovers()).toEqual([])
  })
})

describe('an abort', () => {
  const anything: UploadLimits = { ...LIMITS, kind: 'any' }

  test('ends a file that is being read, and nothing else', async () => {
    const abort = new AbortController()
    const endless = await sparse('endless', 'x', 2 ** 40)
    const other = await written('a.png', picture)
    const ends = thread.store({ path: endless }, { ...anything, signal: abort.signal })
    const stays = thread.store({ path: other }, LIMITS)
    expect(await stays).toMatchObject({ sha256: sha256(picture) })
    abort.abort()
    await expect(ends).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await scene.leftovers()).toEqual([])
  })

  test('that came before', async () => {
    const path = await written('a.png', picture)
    const signal = AbortSignal.abort()
    await expect(thread.store({ path }, { ...LIMITS, signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await scene.stored()).toEqual([])
  })
})

test('a thread that ends fails what it was storing', async () => {
  const endless = thread.store({ path: await sparse('endless', 'x', 2 ** 40) }, { ...LIMITS, kind: 'any' })
  const failed = expect(endless).rejects.toThrow('has ended')
  await thread.store({ path: await written('a.png', picture) }, LIMITS)
  await thread.close()
  await failed
  expect(thread.state).toBe('ended')
})
