import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { inspectMedia } from '../inspect-media.ts'
import { noise, quarters } from '../testing/images.ts'

const factsOf = async (bytes: Uint8Array) => (await inspectMedia(bytes)).facts
const damaged = { code: 'MEDIA_CORRUPT' }
const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const

describe('the size stands in the header', () => {
  test.each(FORMATS)('of %s', async (format) => {
    expect(await factsOf(await quarters(62, 48).toFormat(format).toBuffer())).toEqual({ width: 62, height: 48 })
  })

  test.each([
    ['lossless WebP', () => quarters(62, 48).webp({ lossless: true })],
    ['WebP with transparency', () => quarters(62, 48).ensureAlpha(0.5).webp()],
    ['progressive JPEG', () => quarters(62, 48).jpeg({ progressive: true })],
    ['JPEG with a colour profile', () => quarters(62, 48).withIccProfile('p3').jpeg()],
    ['big-endian TIFF', () => quarters(62, 48).tiff({ compression: 'lzw' })],
    ['BigTIFF', () => quarters(62, 48).tiff({ bigtiff: true })],
  ])('of %s', async (_name, image) => {
    expect(await factsOf(await image().toBuffer())).toEqual({ width: 62, height: 48 })
  })

  test('of BMP, plain and upside down', async () => {
    expect(await factsOf(bmp(6, 4))).toEqual({ width: 6, height: 4 })
    expect(await factsOf(bmp(6, -4))).toEqual({ width: 6, height: 4 })
    await expect(inspectMedia(bmp(6, 4).subarray(0, -1))).rejects.toMatchObject(damaged)
  })

  test.each([
    ['<svg width="40" height="30"></svg>', { width: 40, height: 30 }],
    ['<svg width="40px" height=\'30.4px\'/>', { width: 40, height: 30 }],
    ['<svg viewBox="0 0 64 48"></svg>', { width: 64, height: 48 }],
    ['<svg width="100%" height="100%" viewBox="0,0,64,48"></svg>', { width: 64, height: 48 }],
    ['<svg stroke-width="3"></svg>', {}],
  ])('of %s', async (text, facts) => {
    expect(await factsOf(Buffer.from(text))).toEqual(facts)
  })
})

describe('EXIF orientation turns the size', () => {
  test.each(['jpeg', 'png', 'webp', 'tiff'] as const)('in %s', async (format) => {
    const image = quarters(62, 48).withMetadata({ orientation: 6 }).toFormat(format)
    expect(await factsOf(await image.toBuffer())).toEqual({ width: 48, height: 62, orientation: 6 })
  })

  test('and agrees with the decoder', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const bytes = await quarters(62, 48).withMetadata({ orientation }).jpeg().toBuffer()
      const { width, height } = (await sharp(bytes).metadata()).autoOrient
      expect(await factsOf(bytes)).toMatchObject({ width, height })
    }
  })
})

describe('what is cut off is damaged', () => {
  test.each([...FORMATS.filter((format) => format !== 'tiff')])('%s, wherever it is cut', async (format) => {
    const bytes = await noise(200, 150).toFormat(format).toBuffer()
    for (const share of [0.05, 0.3, 0.6, 0.95, 0.999])
      await expect(inspectMedia(bytes.subarray(0, Math.floor(bytes.length * share)))).rejects.toMatchObject(damaged)
  })

  test('a JPEG whose thumbnail has an end is not taken for whole', async () => {
    const thumbnail = await quarters(16, 12).jpeg().toBuffer()
    const whole = await noise(200, 150).jpeg().toBuffer()
    const length = Buffer.alloc(2)
    length.writeUInt16BE(thumbnail.length + 2)
    const segment = Buffer.concat([Buffer.from([0xff, 0xe2]), length, thumbnail])
    const bytes = Buffer.concat([whole.subarray(0, 2), segment, whole.subarray(2)])
    expect(await factsOf(bytes)).toEqual({ width: 200, height: 150 })
    await expect(inspectMedia(bytes.subarray(0, -2000))).rejects.toMatchObject(damaged)
  })

  test('an SVG without its end', async () => {
    await expect(inspectMedia(Buffer.from('<svg width="4" height="3"><rect'))).rejects.toMatchObject(damaged)
  })

  test.each([
    ['WAV', 'RIFF\xff\0\0\0WAVE'],
    ['AVI', 'RIFF\xff\0\0\0AVI '],
    ['MP4 without a movie', '\0\0\0\x10ftypisom\0\0\0\0'],
    ['MP4 with a box that is too long', '\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov\0\0\x10\0mdat'],
    ['ID3 without sound', 'ID3\x04\0\0\0\0\0\x04aaaa'],
    ['ZIP without a directory', 'PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
    ['Matroska', '\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x8fabc'],
    ['PNG without pixels', '\x89PNG\r\n\x1a\n'],
    ['JPEG of its first bytes', '\xff\xd8\xff\xe0'],
    ['GIF of its first bytes', 'GIF89a'],
    ['WebP of its first bytes', 'RIFF\x04\0\0\0WEBP'],
    ['TIFF that points nowhere', 'II*\0\xff\xff\xff\x7f'],
    ['AVIF without a description', '\0\0\0\x10ftypavif\0\0\0\0'],
  ])('%s', async (_name, text) => {
    await expect(inspectMedia(Buffer.from(text, 'latin1'))).rejects.toMatchObject(damaged)
  })
})

describe('what lies is damaged', () => {
  test('a PNG header whose checksum is wrong', async () => {
    const bytes = await quarters().png().toBuffer()
    bytes.writeUInt32BE(100_000, 16)
    await expect(inspectMedia(bytes)).rejects.toMatchObject(damaged)
  })

  test.each([
    ['gif', 6],
    ['webp', 26],
  ] as const)('a size of zero in %s', async (format, offset) => {
    const bytes = await quarters().toFormat(format).toBuffer()
    bytes.writeUInt16LE(0, offset)
    await expect(inspectMedia(bytes)).rejects.toMatchObject(damaged)
  })

  test('a JPEG header of zero lines', async () => {
    const bytes = await quarters().jpeg().toBuffer()
    bytes.writeUInt16BE(0, bytes.indexOf(Buffer.from([0xff, 0xc0])) + 5)
    await expect(inspectMedia(bytes)).rejects.toMatchObject(damaged)
  })
})

test('bytes after the end of an image are no damage', async () => {
  for (const format of ['jpeg', 'png', 'gif', 'webp'] as const) {
    const bytes = await noise(60, 40).toFormat(format).toBuffer()
    expect(await factsOf(Buffer.concat([bytes, Buffer.alloc(100_000, 7)]))).toEqual({ width: 60, height: 40 })
  }
})

test('a file of endless tiny parts is given up', async () => {
  const chunk = Buffer.from('\0\0\0\0tEXt\0\0\0\0', 'latin1')
  const png = await quarters().png().toBuffer()
  const bytes = Buffer.concat([png.subarray(0, 33), Buffer.alloc(12_000_100, chunk)])
  await expect(inspectMedia(bytes)).rejects.toMatchObject(damaged)
})

function bmp(width: number, height: number): Buffer {
  const row = Math.ceil((width * 3) / 4) * 4
  const bytes = Buffer.alloc(54 + row * Math.abs(height))
  bytes.write('BM', 'latin1')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(54, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  return bytes
}
