import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { MediaSource } from '../media-source.ts'
import { image, sha256, storeScene } from '../testing/store-scene.ts'

let scene: Awaited<ReturnType<typeof storeScene>>
beforeEach(async () => {
  scene = await storeScene()
})

describe('every form of input gives the same medium', () => {
  const forms: Record<string, (bytes: Buffer, path: string) => MediaSource> = {
    bytes: (bytes) => bytes,
    'a plain array of bytes': (bytes) => new Uint8Array(bytes),
    'a path': (_bytes, path) => path,
    'a file URL': (_bytes, path) => pathToFileURL(path),
    'a file URL as text': (_bytes, path) => pathToFileURL(path).href,
    'a data URL': (bytes) => `data:text/plain;base64,${bytes.toString('base64')}`,
    'a percent-encoded data URL': (bytes) =>
      `data:,${[...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
    'a Blob': (bytes) => new Blob([bytes]),
    'a File with a lying name': (bytes) => new File([bytes], '../../evil.html', { type: 'text/html' }),
    'a web stream': (bytes) => new Blob([bytes]).stream(),
    'a Node stream': (bytes) => Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]),
  }
  test.each(Object.entries(forms))('%s', async (_name, form) => {
    const path = join(scene.home, 'picture.dat')
    await writeFile(path, scene.png)
    const medium = await scene.store.ingest(form(scene.png, path), image)
    expect(medium).toEqual({
      ref: `cellar:${sha256(scene.png)}.png`,
      sha256: sha256(scene.png),
      ext: 'png',
      mime: 'image/png',
      bytes: scene.png.length,
      kind: 'image',
      facts: { width: 64, height: 48 },
    })
    expect(await readFile(scene.store.path(medium.ref))).toEqual(scene.png)
    expect(await scene.leftovers()).toEqual([])
  })

  test('a ref and a media value that name stored content', async () => {
    const medium = await scene.store.ingest(scene.png, image)
    expect(await scene.store.ingest(medium.ref, image)).toEqual(medium)
    expect(await scene.store.ingest({ url: medium.ref }, image)).toEqual(medium)
    await expect(scene.store.ingest(medium.ref, { ...image, kind: 'video' })).rejects.toMatchObject({
      code: 'MEDIA_WRONG_KIND',
    })
    await expect(scene.store.ingest(medium.ref, { ...image, allowRef: false })).rejects.toMatchObject({
      code: 'MEDIA_PATH_REFUSED',
    })
  })
})

describe('what cannot be used is refused by code and leaves nothing behind', () => {
  const cases: [string, () => MediaSource, string][] = [
    ['a PDF', () => Buffer.from('%PDF-1.7 …'), 'MEDIA_WRONG_KIND'],
    ['text', () => Buffer.from('not a picture'), 'MEDIA_WRONG_KIND'],
    ['HTML', () => Buffer.from('<html><script>alert(1)</script>'), 'MEDIA_WRONG_KIND'],
    ['nothing', () => new Uint8Array(), 'MEDIA_WRONG_KIND'],
    ['half a picture', () => scene.png.subarray(0, scene.png.length / 2), 'MEDIA_CORRUPT'],
    ['a path that is not there', () => join(scene.home, 'none.png'), 'MEDIA_UNREADABLE'],
    ['a folder', () => scene.home, 'MEDIA_UNREADABLE'],
    ['a path with a NUL', () => 'a\0b.png', 'MEDIA_UNREADABLE'],
    ['a device', () => '/dev/zero', 'MEDIA_UNREADABLE'],
    ['a ref that is not there', () => `cellar:${'0'.repeat(64)}.png`, 'MEDIA_NOT_FOUND'],
    ['a ref with a path in it', () => 'cellar:../../etc/passwd', 'MEDIA_NOT_FOUND'],
    ['a foreign scheme', () => 's3://bucket/key.png', 'MEDIA_URL_REFUSED'],
    ['a data URL without data', () => 'data:image/png', 'INVALID_VALUE'],
    ['a data URL that is not base64', () => 'data:image/png;base64,!!!', 'INVALID_VALUE'],
    ['a data URL with a broken escape', () => 'data:,%zz', 'INVALID_VALUE'],
    ['a stream of text', () => Readable.from(['text']), 'INVALID_VALUE'],
    ['a number', () => 7 as unknown as MediaSource, 'INVALID_VALUE'],
    ['null', () => null as unknown as MediaSource, 'INVALID_VALUE'],
    ['a stream that fails', () => failing(scene.png), 'MEDIA_UNREADABLE'],
  ]
  test.each(cases)('%s', async (_name, source, code) => {
    await expect(scene.store.ingest(source(), image)).rejects.toMatchObject({ code })
    expect(await scene.stored()).toEqual([])
    expect(await scene.leftovers()).toEqual([])
  })

  test('a stream that is in use', async () => {
    const stream = new Blob([scene.png]).stream()
    stream.getReader()
    await expect(scene.store.ingest(stream, image)).rejects.toMatchObject({ code: 'INVALID_VALUE' })
  })

  test('any path when paths are not allowed', async () => {
    await writeFile(join(scene.home, 'a.png'), scene.png)
    const remote = { kind: 'image', allowPath: false } as const
    for (const source of [
      join(scene.home, 'a.png'),
      'a.png',
      pathToFileURL(join(scene.home, 'a.png')),
      'file:///etc/passwd',
      '\\\\host\\share',
    ])
      await expect(scene.store.ingest(source, remote)).rejects.toMatchObject({ code: 'MEDIA_PATH_REFUSED' })
  })

  test('too many pixels, before anything is decoded', async () => {
    const small = scene.withOptions({ limits: { pixels: 64 * 48 - 1 } })
    await expect(small.ingest(scene.png, image)).rejects.toMatchObject({ code: 'MEDIA_TOO_MANY_PIXELS' })
    const bomb = Buffer.from('<svg width="1000000" height="1000000"></svg>')
    await expect(scene.store.ingest(bomb, image)).rejects.toMatchObject({ code: 'MEDIA_TOO_MANY_PIXELS' })
  })
})

describe('a URL', () => {
  async function serve(bytes: Buffer): Promise<string> {
    const server = createServer((_request, response) => response.end(bytes))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.png`
  }

  test('is fetched, checked and stored', async () => {
    const url = await serve(scene.png)
    const open = scene.withOptions({ allowPrivateHosts: true })
    expect(await open.ingest(new URL(url), image)).toMatchObject({ sha256: sha256(scene.png), ext: 'png' })
    await expect(open.ingest(url, { ...image, kind: 'video' })).rejects.toMatchObject({ code: 'MEDIA_WRONG_KIND' })
    await expect(open.ingest(url, { ...image, maxBytes: 10 })).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
    expect(await scene.leftovers()).toEqual([])
  })

  test('that leads inside is refused', async () => {
    await expect(scene.store.ingest(await serve(scene.png), image)).rejects.toMatchObject({ code: 'MEDIA_URL_REFUSED' })
  })
})

describe('the size limit', () => {
  test('holds for every form, to the byte', async () => {
    const path = join(scene.home, 'a.png')
    await writeFile(path, scene.png)
    const sources = (): MediaSource[] => [
      scene.png,
      path,
      new Blob([scene.png]),
      Readable.from([scene.png]),
      `data:;base64,${scene.png.toString('base64')}`,
    ]
    for (const source of sources())
      await expect(scene.store.ingest(source, { ...image, maxBytes: scene.png.length - 1 })).rejects.toMatchObject({
        code: 'MEDIA_TOO_LARGE',
      })
    for (const source of sources()) await scene.store.ingest(source, { ...image, maxBytes: scene.png.length })
  })

  test('stops an endless stream', async () => {
    let given = 0
    const endless = Readable.from(
      (function* () {
        for (;;) {
          given += 1
          yield Buffer.alloc(65_536, 'text ')
        }
      })(),
    )
    const document = { kind: 'document', allowPath: false, maxBytes: 10_000_000 } as const
    await expect(scene.store.ingest(endless, document)).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
    expect(given).toBeLessThan(200)
    expect(await scene.leftovers()).toEqual([])
  })

  test('is not reached by content of the wrong kind: it is refused by its first bytes', async () => {
    let given = 0
    const video = Readable.from(
      (function* () {
        yield Buffer.concat([Buffer.from('\0\0\0\x10ftypisom\0\0\0\0', 'latin1'), Buffer.alloc(5000)])
        for (;;) {
          given += 1
          yield Buffer.alloc(65_536)
        }
      })(),
    )
    await expect(scene.store.ingest(video, image)).rejects.toMatchObject({ code: 'MEDIA_WRONG_KIND' })
    expect(given).toBeLessThan(20)
  })
})

describe('an abort', () => {
  test('ends a stream that gives nothing any more', async () => {
    const abort = new AbortController()
    const silent = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(scene.png.subarray(0, 20)),
    })
    const ingest = scene.store.ingest(silent, { ...image, signal: abort.signal })
    setTimeout(() => abort.abort(), 20)
    await expect(ingest).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await scene.leftovers()).toEqual([])
  })

  test('cancels the stream it was reading', async () => {
    const abort = new AbortController()
    const cancelled = Promise.withResolvers<void>()
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        controller.enqueue(Buffer.alloc(300_000, 'text '))
      },
      cancel: () => cancelled.resolve(),
    })
    const ingest = scene.store.ingest(stream, { kind: 'document', allowPath: false, signal: abort.signal })
    setTimeout(() => abort.abort(), 40)
    await expect(ingest).rejects.toMatchObject({ code: 'ABORTED' })
    await cancelled.promise
    expect(await scene.leftovers()).toEqual([])
  })

  test('that came before', async () => {
    const signal = AbortSignal.abort()
    await expect(scene.store.ingest(scene.png, { ...image, signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await scene.stored()).toEqual([])
  })
})

function failing(bytes: Buffer): Readable {
  return Readable.from(
    (async function* () {
      yield bytes.subarray(0, 100)
      throw new Error('the other side went away')
    })(),
  )
}
