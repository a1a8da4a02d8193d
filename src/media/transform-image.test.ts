import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMediaStore } from './create-media-store.ts'
import { DecoderPool } from './decode/decoder-pool.ts'
import type { ImageOperation } from './decode/image-operation.ts'
import { colorAt, noise, quarters } from './testing/images.ts'
import { temporaryFolder } from './testing/temporary.ts'
import { readImageMetadata, type TransformOptions, transformImage } from './transform-image.ts'

const folder = temporaryFolder()
const pool = new DecoderPool({ size: 1 })
let png: Buffer

beforeAll(async () => {
  png = await quarters(64, 48).png().toBuffer()
})
afterAll(() => {
  pool.close()
  folder[Symbol.dispose]()
})

/** The bytes of a transformed image. */
async function bytesOf(source: Uint8Array | string, operations: ImageOperation[], options: TransformOptions = {}) {
  const { output, ...facts } = await transformImage(source, operations, { pool, ...options })
  if (typeof output === 'string') throw new TypeError('bytes were expected')
  expect(await sharp(output).metadata()).toMatchObject({
    width: facts.width,
    height: facts.height,
    format: facts.format,
  })
  return { output, ...facts }
}

describe('operations', () => {
  test('resize to a size, to one side, into a box and around it', async () => {
    const size = async (operation: Omit<ImageOperation & { kind: 'resize' }, 'kind'>) => {
      const { width, height } = await bytesOf(png, [{ kind: 'resize', ...operation }])
      return [width, height]
    }
    expect(await size({ width: 30, height: 30 })).toEqual([30, 30])
    expect(await size({ width: 32 })).toEqual([32, 24])
    expect(await size({ height: 96 })).toEqual([128, 96])
    expect(await size({ width: 32, height: 32, fit: 'inside' })).toEqual([32, 24])
    expect(await size({ width: 32, height: 32, fit: 'outside' })).toEqual([43, 32])
    expect(await size({ width: 32, height: 32, fit: 'cover' })).toEqual([32, 32])
    expect(await size({ width: 640, height: 640, fit: 'inside', enlarge: false })).toEqual([64, 48])
  })

  test('crop cuts out what is named', async () => {
    const { output, width, height } = await bytesOf(png, [{ kind: 'crop', left: 32, top: 0, width: 32, height: 24 }])
    expect([width, height]).toEqual([32, 24])
    expect(await colorAt(output, 0.5, 0.5)).toBe('green')
  })

  test('crop beyond the image is refused', async () => {
    const crop: ImageOperation = { kind: 'crop', left: 40, top: 0, width: 32, height: 24 }
    await expect(transformImage(png, [crop], { pool })).rejects.toMatchObject({ code: 'INVALID_VALUE' })
  })

  test('rotate turns clockwise', async () => {
    const { output, width, height } = await bytesOf(png, [{ kind: 'rotate', degrees: 90 }])
    expect([width, height]).toEqual([48, 64])
    expect(await colorAt(output, 0.25, 0.25)).toBe('blue')
    expect(await colorAt(output, 0.75, 0.25)).toBe('red')
  })

  test('an oblique turn leaves transparent corners, white ones in JPEG', async () => {
    const turned = await bytesOf(png, [{ kind: 'rotate', degrees: 45 }])
    expect(turned.width).toBeGreaterThan(64)
    expect(await colorAt(turned.output, 0.02, 0.02)).toBe('transparent')
    const jpeg = await quarters().jpeg().toBuffer()
    expect(await colorAt((await bytesOf(jpeg, [{ kind: 'rotate', degrees: 45 }])).output, 0.02, 0.02)).toBe('white')
  })

  test('grayscale and blur change the pixels only', async () => {
    const gray = await bytesOf(png, [{ kind: 'grayscale' }])
    for (const [x, y] of [
      [0.25, 0.25],
      [0.75, 0.25],
      [0.25, 0.75],
    ] as const)
      expect(await colorAt(gray.output, x, y)).toMatch(/^(?:black|white|rgb (\d+) \1 \1)$/)
    const blurred = await bytesOf(png, [{ kind: 'blur', sigma: 4 }])
    expect([blurred.width, blurred.height]).toEqual([64, 48])
    expect(await colorAt(blurred.output, 0.5, 0.5)).toMatch(/^rgb/)
  })

  test('run in the order given', async () => {
    const crop: ImageOperation = { kind: 'crop', left: 0, top: 0, width: 24, height: 24 }
    const turn: ImageOperation = { kind: 'rotate', degrees: 90 }
    expect(await colorAt((await bytesOf(png, [crop, turn])).output, 0.5, 0.5)).toBe('red')
    expect(await colorAt((await bytesOf(png, [turn, crop])).output, 0.5, 0.5)).toBe('blue')
    const twice = await bytesOf(png, [
      { kind: 'resize', width: 32 },
      { kind: 'resize', width: 128 },
      { kind: 'crop', left: 64, top: 0, width: 64, height: 48 },
      { kind: 'rotate', degrees: 180 },
    ])
    expect([twice.width, twice.height]).toEqual([64, 48])
    expect(await colorAt(twice.output, 0.2, 0.8)).toBe('green')
  })
})

describe('EXIF orientation comes first', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i', async (orientation) => {
    const bytes = await quarters(64, 48).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer()
    const upright = await sharp(bytes).autoOrient().png().toBuffer()
    const expected = await Promise.all([colorAt(upright, 0.25, 0.25), colorAt(upright, 0.75, 0.25)])
    for (const operations of [
      [],
      [{ kind: 'resize', width: 32 }],
      [{ kind: 'crop', left: 2, top: 2, width: 44, height: 44 }],
    ]) {
      const { output } = await bytesOf(bytes, operations as ImageOperation[], { format: 'png' })
      expect([await colorAt(output, 0.25, 0.25), await colorAt(output, 0.75, 0.25)]).toEqual(expected)
      expect((await sharp(output).metadata()).orientation ?? 1).toBe(1)
    }
  })

  test('also before a turn', async () => {
    const bytes = await quarters(64, 48).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer()
    const expected = await sharp(await sharp(bytes).autoOrient().png().toBuffer())
      .rotate(90)
      .png()
      .toBuffer()
    const { output, width } = await bytesOf(bytes, [{ kind: 'rotate', degrees: 90 }], { format: 'png' })
    expect(width).toBe(64)
    expect(await colorAt(output, 0.25, 0.25)).toBe(await colorAt(expected, 0.25, 0.25))
  })
})

describe('the format of the result', () => {
  test.each([
    ['jpeg', 'jpeg'],
    ['png', 'png'],
    ['webp', 'webp'],
    ['gif', 'png'],
    ['tiff', 'png'],
    ['avif', 'png'],
  ] as const)('of %s is %s', async (from, to) => {
    const bytes = await quarters().toFormat(from).toBuffer()
    expect((await bytesOf(bytes, [])).format).toBe(to)
  })

  test('of a drawing is PNG', async () => {
    const svg = Buffer.from('<svg width="40" height="30"><rect width="40" height="30" fill="red"/></svg>')
    const { output, format, width, height } = await bytesOf(svg, [])
    expect([format, width, height]).toEqual(['png', 40, 30])
    expect(await colorAt(output, 0.5, 0.5)).toBe('red')
  })

  test.each(['jpeg', 'png', 'webp', 'gif', 'tiff'] as const)('is %s when asked for', async (format) => {
    expect((await bytesOf(png, [], { format })).format).toBe(format)
  })

  test('is AVIF when asked for', async () => {
    expect((await transformImage(png, [], { format: 'avif', pool })).format).toBe('avif')
  })

  test('is as small as the quality says', async () => {
    const picture = await noise(200, 200).png().toBuffer()
    for (const format of ['jpeg', 'webp'] as const) {
      const [low, high] = await Promise.all([20, 95].map((quality) => bytesOf(picture, [], { format, quality })))
      expect(low?.bytes).toBeLessThan((high?.bytes ?? 0) / 2)
    }
  })

  test('transparency becomes white in JPEG', async () => {
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: 'transparent' } })
      .png()
      .toBuffer()
    expect(await colorAt((await bytesOf(clear, [], { format: 'jpeg' })).output, 0.5, 0.5)).toBe('white')
  })
})

describe('content that cannot be decoded', () => {
  const failure = (source: Uint8Array | string, options: TransformOptions = {}) =>
    transformImage(source, [{ kind: 'resize', width: 10 }], { pool, ...options }).catch((error: unknown) => error)

  test('of no image format', async () => {
    expect(await failure(Buffer.from('plain text'))).toMatchObject({ code: 'MEDIA_UNSUPPORTED', status: 422 })
  })

  test('whose pixels are garbage behind a good header', async () => {
    const bytes = await quarters(400, 300).png().toBuffer()
    bytes.fill(0x55, 60, bytes.length - 20)
    expect(await failure(bytes)).toMatchObject({ code: 'MEDIA_DECODE_FAILED', status: 422 })
  })

  test('whose header announces more lines than there are', async () => {
    const bytes = await noise(64, 64).jpeg().toBuffer()
    bytes.writeUInt16BE(6000, bytes.indexOf(Buffer.from([0xff, 0xc0])) + 5)
    expect(await failure(bytes)).toMatchObject({ code: 'MEDIA_DECODE_FAILED' })
  })

  test('but not for flaws that every viewer forgives', async () => {
    const bytes = await noise(64, 64).jpeg().toBuffer()
    const tables = bytes.indexOf(Buffer.from([0xff, 0xdb]))
    const flawed = Buffer.concat([bytes.subarray(0, tables), Buffer.from([1, 2, 3]), bytes.subarray(tables)])
    await expect(sharp(flawed).raw().toBuffer()).rejects.toThrow(/extraneous/)
    expect(await failure(flawed)).toMatchObject({ width: 10, height: 10 })
  })

  test('with more pixels than allowed', async () => {
    expect(await failure(png, { maxPixels: 100 })).toMatchObject({ code: 'MEDIA_DECODE_LIMIT' })
  })

  test('that is not there: no path is told', async () => {
    const error = await failure(join(folder.path, 'none.png'))
    expect(error).toMatchObject({ code: 'MEDIA_DECODE_FAILED' })
    expect(String(error)).not.toContain(folder.path)
  })

  test('leaves no file where one was asked for', async () => {
    const to = join(folder.path, 'never.png')
    expect(await failure(Buffer.from('plain text'), { to })).toMatchObject({ code: 'MEDIA_UNSUPPORTED' })
    expect(existsSync(to)).toBe(false)
  })
})

test('a drawing cannot include files that lie beside it', async () => {
  const beside = join(folder.path, 'beside')
  await mkdir(beside)
  await writeFile(
    join(beside, 'secret.png'),
    await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  )
  const href = (link: string) =>
    `<svg width="9" height="9" xmlns:xlink="http://www.w3.org/1999/xlink"><image width="9" height="9" xlink:href="${link}"/></svg>`
  for (const link of ['secret.png', join(beside, 'secret.png'), `file://${join(beside, 'secret.png')}`]) {
    const path = join(beside, 'drawing.svg')
    await writeFile(path, href(link))
    expect(await colorAt((await bytesOf(path, [])).output, 0.5, 0.5)).toBe('transparent')
  }
})

test('metadata describe the image as it is displayed', async () => {
  const bytes = await quarters(64, 48).withMetadata({ orientation: 6, density: 300 }).jpeg().toBuffer()
  expect(await readImageMetadata(bytes, { pool })).toEqual({
    format: 'jpeg',
    width: 48,
    height: 64,
    space: 'srgb',
    channels: 3,
    depth: 'uchar',
    hasAlpha: false,
    pages: 1,
    density: 300,
    orientation: 6,
  })
})

test('a result is written where the store takes it over without reading it again', async () => {
  const store = createMediaStore({ home: folder.path })
  const stored = await store.ingest(png, { kind: 'image', allowPath: false })
  const to = await store.scratch()
  const { output, bytes } = await transformImage(store.path(stored.ref), [{ kind: 'resize', width: 16 }], { to, pool })
  expect(output).toBe(to)
  const small = await store.ingest(output, { kind: 'image', allowPath: true })
  expect(small).toMatchObject({ bytes, facts: { width: 16, height: 12 } })
  expect(existsSync(to)).toBe(false)
  expect((await readFile(store.path(small.ref))).length).toBe(bytes)
})
