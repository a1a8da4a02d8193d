import { crc32 } from 'node:zlib'
import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'
import { exifOrientation } from './exif.ts'
import { imageFacts } from './image-size.ts'

const END = Buffer.from('\0\0\0\0IEND\xae\x42\x60\x82', 'latin1')
const LONGEST_EXIF = 1024 * 1024

/** Checks the header's checksum, walks the chunks up to the pixels and looks for the last chunk. */
export async function inspectPng(source: ByteSource): Promise<MediaFacts> {
  const head = await source.read(8, 25)
  if (head.length < 25) throw damaged('PNG', CUT_OFF)
  if (head.toString('latin1', 4, 8) !== 'IHDR' || head.readUInt32BE(21) !== crc32(head.subarray(4, 21)))
    throw damaged('PNG', 'its header has a wrong checksum')
  const { pixels, orientation } = await walkToPixels(source)
  if (!(await hasEnd(source, pixels))) throw damaged('PNG', CUT_OFF)
  return imageFacts('PNG', head.readUInt32BE(8), head.readUInt32BE(12), orientation)
}

async function walkToPixels(source: ByteSource): Promise<{ pixels: number; orientation: number | undefined }> {
  let orientation: number | undefined
  for await (const chunk of chunks(source, 33)) {
    if (chunk.type === 'IDAT') return { pixels: chunk.offset, orientation }
    if (chunk.type === 'IEND') break
    if (chunk.type === 'eXIf' && chunk.length <= LONGEST_EXIF)
      orientation ??= await exifOrientation(await source.read(chunk.offset + 8, chunk.length))
  }
  throw damaged('PNG', 'it has no pixels')
}

async function hasEnd(source: ByteSource, from: number): Promise<boolean> {
  if ((await source.read(source.size - END.length, END.length)).equals(END)) return true
  for await (const chunk of chunks(source, from)) if (chunk.type === 'IEND') return true
  return false
}

async function* chunks(source: ByteSource, start: number) {
  for (let offset = start; offset + 12 <= source.size; ) {
    const header = await source.read(offset, 8)
    const length = header.readUInt32BE(0)
    if (offset + 12 + length > source.size) return
    yield { type: header.toString('latin1', 4, 8), offset, length }
    offset += 12 + length
  }
}
