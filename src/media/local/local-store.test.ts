import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createMediaStore, type MediaStoreOptions } from '../create-media-store.ts'
import type { MediaSource } from '../media-source.ts'
import type { MediaStore } from '../media-store.ts'
import { noise, quarters } from '../testing/images.ts'
import { temporaryFolder } from '../testing/temporary.ts'

let home: string
let store: MediaStore
let png: Buffer

beforeEach(async () => {
  const folder = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  home = folder.path
  store = createMediaStore({ home })
  png = await quarters().png().toBuffer()
})

const withOptions = (options: Partial<MediaStoreOptions>) => createMediaStore({ home, ...options })
const image = { kind: 'image', allowPath: true } as const
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const leftovers = () => readdir(join(home, 'media', 'tmp')).catch(() => [])

/** All files of the store, by name. */
async function stored(): Promise<string[]> {
  const names = await readdir(join(home, 'media'), { recursive: true }).catch(() => [])
  return names.filter((name) => /^[0-9a-f]{2}\/./.test(name))
}

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
    const path = join(home, 'picture.dat')
    await writeFile(path, png)
    const medium = await store.ingest(form(png, path), image)
    expect(medium).toEqual({
      ref: `cellar:${sha256(png)}.png`,
      sha256: sha256(png),
      ext: 'png',
      mime: 'image/png',
      bytes: png.length,
      kind: 'image',
      facts: { width: 64, height: 48 },
    })
    expect(await readFile(store.path(medium.ref))).toEqual(png)
    expect(await leftovers()).toEqual([])
  })

  test('a ref and a media value that name stored content', async () => {
    const medium = await store.ingest(png, image)
    expect(await store.ingest(medium.ref, image)).toEqual(medium)
    expect(await store.ingest({ url: medium.ref }, image)).toEqual(medium)
    await expect(store.ingest(medium.ref, { ...image, kind: 'video' })).rejects.toMatchObject({
      code: 'MEDIA_WRONG_KIND',
    })
    await expect(store.ingest(medium.ref, { ...image, allowRef: false })).rejects.toMatchObject({
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
    ['half a picture', () => png.subarray(0, png.length / 2), 'MEDIA_CORRUPT'],
    ['a path that is not there', () => join(home, 'none.png'), 'MEDIA_UNREADABLE'],
    ['a folder', () => home, 'MEDIA_UNREADABLE'],
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
    ['a stream that fails', () => failing(png), 'MEDIA_UNREADABLE'],
  ]
  test.each(cases)('%s', async (_name, source, code) => {
    await expect(store.ingest(source(), image)).rejects.toMatchObject({ code })
    expect(await stored()).toEqual([])
    expect(await leftovers()).toEqual([])
  })

  test('a stream that is in use', async () => {
    const stream = new Blob([png]).stream()
    stream.getReader()
    await expect(store.ingest(stream, image)).rejects.toMatchObject({ code: 'INVALID_VALUE' })
  })

  test('any path when paths are not allowed', async () => {
    await writeFile(join(home, 'a.png'), png)
    const remote = { kind: 'image', allowPath: false } as const
    for (const source of [
      join(home, 'a.png'),
      'a.png',
      pathToFileURL(join(home, 'a.png')),
      'file:///etc/passwd',
      '\\\\host\\share',
    ])
      await expect(store.ingest(source, remote)).rejects.toMatchObject({ code: 'MEDIA_PATH_REFUSED' })
  })

  test('too many pixels, before anything is decoded', async () => {
    const small = withOptions({ limits: { pixels: 64 * 48 - 1 } })
    await expect(small.ingest(png, image)).rejects.toMatchObject({ code: 'MEDIA_TOO_MANY_PIXELS' })
    const bomb = Buffer.from('<svg width="1000000" height="1000000"></svg>')
    await expect(store.ingest(bomb, image)).rejects.toMatchObject({ code: 'MEDIA_TOO_MANY_PIXELS' })
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
    const url = await serve(png)
    const open = withOptions({ allowPrivateHosts: true })
    expect(await open.ingest(new URL(url), image)).toMatchObject({ sha256: sha256(png), ext: 'png' })
    await expect(open.ingest(url, { ...image, kind: 'video' })).rejects.toMatchObject({ code: 'MEDIA_WRONG_KIND' })
    await expect(open.ingest(url, { ...image, maxBytes: 10 })).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
    expect(await leftovers()).toEqual([])
  })

  test('that leads inside is refused', async () => {
    await expect(store.ingest(await serve(png), image)).rejects.toMatchObject({ code: 'MEDIA_URL_REFUSED' })
  })
})

describe('the size limit', () => {
  test('holds for every form, to the byte', async () => {
    const path = join(home, 'a.png')
    await writeFile(path, png)
    const sources = (): MediaSource[] => [
      png,
      path,
      new Blob([png]),
      Readable.from([png]),
      `data:;base64,${png.toString('base64')}`,
    ]
    for (const source of sources())
      await expect(store.ingest(source, { ...image, maxBytes: png.length - 1 })).rejects.toMatchObject({
        code: 'MEDIA_TOO_LARGE',
      })
    for (const source of sources()) await store.ingest(source, { ...image, maxBytes: png.length })
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
    await expect(store.ingest(endless, document)).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
    expect(given).toBeLessThan(200)
    expect(await leftovers()).toEqual([])
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
    await expect(store.ingest(video, image)).rejects.toMatchObject({ code: 'MEDIA_WRONG_KIND' })
    expect(given).toBeLessThan(20)
  })
})

describe('equal content is stored once', () => {
  test('also when it comes many times at the same moment', async () => {
    const bytes = await noise(700, 500).png().toBuffer()
    expect(bytes.length).toBeGreaterThan(600_000)
    const media = await Promise.all(
      Array.from({ length: 20 }, (_, n) => store.ingest(n % 2 ? bytes : new Blob([bytes]), image)),
    )
    expect(new Set(media.map(({ ref }) => ref)).size).toBe(1)
    expect(await stored()).toHaveLength(1)
    expect(await readFile(store.path(media[0]?.ref ?? ''))).toEqual(bytes)
    expect(await leftovers()).toEqual([])
  })

  test('from several stores of one home', async () => {
    const stores = Array.from({ length: 4 }, () => withOptions({}))
    await Promise.all(stores.map((one) => one.ingest(png, image)))
    expect(await stored()).toHaveLength(1)
  })

  test('a stored file that lost bytes is replaced', async () => {
    const { ref } = await store.ingest(png, image)
    await truncate(store.path(ref), 10)
    await store.ingest(png, image)
    expect(await readFile(store.path(ref))).toEqual(png)
  })
})

describe('an abort', () => {
  test('ends a stream that gives nothing any more', async () => {
    const abort = new AbortController()
    const silent = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(png.subarray(0, 20)) })
    const ingest = store.ingest(silent, { ...image, signal: abort.signal })
    setTimeout(() => abort.abort(), 20)
    await expect(ingest).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await leftovers()).toEqual([])
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
    const ingest = store.ingest(stream, { kind: 'document', allowPath: false, signal: abort.signal })
    setTimeout(() => abort.abort(), 40)
    await expect(ingest).rejects.toMatchObject({ code: 'ABORTED' })
    await cancelled.promise
    expect(await leftovers()).toEqual([])
  })

  test('that came before', async () => {
    const signal = AbortSignal.abort()
    await expect(store.ingest(png, { ...image, signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await stored()).toEqual([])
  })
})

describe('an upload in chunks', () => {
  const upload = { kind: 'image' } as const

  test('is stored like any other content', async () => {
    const bytes = await noise(900, 600).jpeg({ quality: 100 }).toBuffer()
    const sink = store.begin(upload)
    for (let at = 0; at < bytes.length; at += 10_000) await sink.write(bytes.subarray(at, at + 10_000))
    const medium = await sink.finish()
    expect(medium).toMatchObject({ sha256: sha256(bytes), ext: 'jpg', facts: { width: 900, height: 600 } })
    expect(await readFile(store.path(medium.ref))).toEqual(bytes)
  })

  test('may use its buffer again after each write', async () => {
    const bytes = await noise(700, 500).png().toBuffer()
    const sink = store.begin(upload)
    const buffer = Buffer.alloc(50_000)
    for (let at = 0; at < bytes.length; at += buffer.length)
      await sink.write(buffer.subarray(0, bytes.copy(buffer, 0, at, at + buffer.length)))
    expect((await sink.finish()).sha256).toBe(sha256(bytes))
  })

  test('keeps the order of writes that do not wait for each other', async () => {
    const bytes = await noise(700, 500).png().toBuffer()
    const sink = store.begin(upload)
    const writes = Array.from({ length: Math.ceil(bytes.length / 9999) }, (_, n) =>
      sink.write(bytes.subarray(n * 9999, (n + 1) * 9999)),
    )
    const medium = await sink.finish()
    await Promise.all(writes)
    expect(medium.sha256).toBe(sha256(bytes))
    expect(await readFile(store.path(medium.ref))).toEqual(bytes)
  })

  test('that is aborted half way leaves nothing, and takes no more', async () => {
    const sink = store.begin(upload)
    await sink.write(await noise(700, 500).png().toBuffer())
    expect(await leftovers()).toHaveLength(1)
    await sink.abort()
    expect(await leftovers()).toEqual([])
    await expect(sink.write(png)).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(sink.finish()).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('that went over the limit fails at once and at its end', async () => {
    const sink = store.begin({ ...upload, maxBytes: 10 })
    await expect(sink.write(png)).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
    await expect(sink.finish()).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
  })

  test('ends with its signal, also when nobody touches it again', async () => {
    const abort = new AbortController()
    const sink = store.begin({ ...upload, signal: abort.signal })
    await sink.write(await noise(700, 500).png().toBuffer())
    abort.abort()
    await expect(sink.finish()).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await leftovers()).toEqual([])
  })

  test('can be finished once', async () => {
    const sink = store.begin(upload)
    await sink.write(png)
    await sink.finish()
    await sink.abort()
    await expect(sink.write(png)).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await stored()).toHaveLength(1)
  })
})

describe('a scratch file', () => {
  test('is moved when it is ingested', async () => {
    const path = await store.scratch()
    await writeFile(path, png)
    const medium = await store.ingest(path, image)
    expect(medium.sha256).toBe(sha256(png))
    expect(existsSync(path)).toBe(false)
    expect(await readFile(store.path(medium.ref))).toEqual(png)
  })

  test('may have an extension', async () => {
    const path = `${await store.scratch()}.png`
    await writeFile(path, png)
    await store.ingest(path, image)
    expect(existsSync(path)).toBe(false)
  })

  test('that cannot be used is removed', async () => {
    for (const content of [Buffer.from('text'), png.subarray(0, 100)]) {
      const path = await store.scratch()
      await writeFile(path, content)
      await expect(store.ingest(path, image)).rejects.toMatchObject({ status: 422 })
      expect(existsSync(path)).toBe(false)
    }
  })
})

describe('reading', () => {
  test('gives the whole or a range', async () => {
    const { ref } = await store.ingest(png, image)
    const read = async (range?: { start: number; end: number }) => Buffer.concat(await store.open(ref, range).toArray())
    expect(await read()).toEqual(png)
    expect(await read({ start: 10, end: 19 })).toEqual(png.subarray(10, 20))
    expect(await store.stat(ref)).toEqual({ bytes: png.length, mime: 'image/png' })
    expect(Buffer.from(await store.bytes(ref))).toEqual(png)
  })

  test('says what is not there', async () => {
    const ref = `cellar:${'0'.repeat(64)}.png`
    expect(await store.exists(ref)).toBe(false)
    expect(await store.stat(ref)).toBeUndefined()
    await expect(store.bytes(ref)).rejects.toMatchObject({ code: 'MEDIA_NOT_FOUND' })
    expect(() => store.path('cellar:../x.png')).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }))
  })
})

describe('starting', () => {
  test('removes what ended processes left and keeps what may be in use', async () => {
    await store.ingest(png, image)
    const tmp = join(home, 'media', 'tmp')
    const [host, pid, id] = (await store.scratch()).split('/').at(-1)?.split('-') ?? []
    const gone = `${host}-999999999-aaaaaaaa-1`
    const earlier = `${host}-${pid}-bbbbbbbb-1`
    const parent = `${host}-${process.ppid}-cccccccc-1`
    const own = `${host}-${pid}-${id}-ffff`
    const foreign = 'eeeeeeee-1-dddddddd-1'
    const forgotten = 'eeeeeeee-1-dddddddd-2'
    for (const name of [gone, earlier, parent, own, foreign, forgotten]) await writeFile(join(tmp, name), 'x')
    const dayBeforeYesterday = new Date(Date.now() - 2 * 86_400_000)
    await utimes(join(tmp, forgotten), dayBeforeYesterday, dayBeforeYesterday)
    await withOptions({}).ingest(png, image)
    expect((await leftovers()).toSorted()).toEqual([parent, own, foreign].toSorted())
  })

  test('puts back what an interrupted removal had moved aside', async () => {
    const { ref } = await store.ingest(png, image)
    const trash = join(home, 'media', 'trash')
    const path = store.path(ref)
    await mkdir(trash, { recursive: true })
    await rename(path, join(trash, `${sha256(png)}.png`))
    const other = withOptions({})
    await other.scratch()
    expect(await readFile(path)).toEqual(png)
    expect(await readdir(trash)).toEqual([])
  })

  test('works where the home is a link', async () => {
    await mkdir(join(home, 'real'))
    await symlink(join(home, 'real'), join(home, 'link'))
    const linked = createMediaStore({ home: join(home, 'link') })
    const { ref } = await linked.ingest(png, image)
    expect(await linked.exists(ref)).toBe(true)
  })
})

describe('removing', () => {
  const hour = 3_600_000
  const age = async (path: string, ms: number) => {
    const time = new Date(Date.now() - ms)
    await utimes(path, time, time)
  }
  const files = async (before: Date) => {
    const found = []
    for await (const file of store.files(before)) found.push(file)
    return found
  }

  test('takes old files and spares those that came again', async () => {
    const medium = await store.ingest(png, image)
    const before = new Date(Date.now() - hour)
    expect(await files(before)).toEqual([])
    expect(await store.remove(medium, before)).toBe(false)
    await age(store.path(medium.ref), 2 * hour)
    expect(await files(before)).toMatchObject([{ sha256: medium.sha256, ext: 'png', bytes: png.length }])
    await store.ingest(medium.ref, image)
    expect(await store.remove(medium, before)).toBe(false)
    await age(store.path(medium.ref), 2 * hour)
    expect(await store.remove(medium, before)).toBe(true)
    expect(await stored()).toEqual([])
  })

  test('never loses content that is ingested at the same moment', async () => {
    const before = new Date(Date.now() - hour)
    const medium = await store.ingest(png, image)
    for (let round = 0; round < 200; round++) {
      await age(store.path(medium.ref), 2 * hour)
      const other = round % 2 ? store.ingest(png, image) : store.ingest(new Blob([png]), image)
      const [again] = await Promise.all([other, store.remove(medium, before)])
      expect(await store.exists(again.ref)).toBe(true)
    }
    expect(await readFile(store.path(medium.ref))).toEqual(png)
  })
})

test('a closed store takes nothing and has finished what it took', async () => {
  const running = store.ingest(png, image)
  await store.close()
  expect(await store.exists((await running).ref)).toBe(true)
  await expect(store.ingest(png, image)).rejects.toMatchObject({ code: 'CLOSED' })
  expect(() => store.begin({ kind: 'image' })).toThrow(expect.objectContaining({ code: 'CLOSED' }))
})

function failing(bytes: Buffer): Readable {
  return Readable.from(
    (async function* () {
      yield bytes.subarray(0, 100)
      throw new Error('the other side went away')
    })(),
  )
}
