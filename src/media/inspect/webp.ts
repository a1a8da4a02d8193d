import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged, NO_SIZE } from './damaged.ts'
import { exifOrientation } from './exif.ts'
import { imageFacts } from './image-size.ts'

const HAS_EXIF = 0x08
const LONGEST_EXIF = 1024 * 1024

export async function inspectWebp(source: ByteSource): Promise<MediaFacts> {
  const head = await source.read(0, 30)
  if (head.length < 25 || head.readUInt32LE(4) + 8 > source.size) throw damaged('WebP', CUT_OFF)
  const [width, height] = canvas(head)
  const isExtended = head.toString('latin1', 12, 16) === 'VP8X'
  const orientation = isExtended && (head[20] ?? 0) & HAS_EXIF ? await findOrientation(source) : undefined
  return imageFacts('WebP', width, height, orientation)
}

/** Lossy, lossless and extended files keep their size in three ways (RFC 9649 §2.5 to 2.7). */
function canvas(head: Buffer): readonly [number, number] {
  const format = head.toString('latin1', 12, 16)
  if (format === 'VP8X' && head.length >= 30) return [head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1]
  if (format === 'VP8L' && head[20] === 0x2f) {
    const bits = head.readUInt32LE(21)
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1]
  }
  if (format === 'VP8 ' && head.length >= 30 && head.readUIntBE(23, 3) === 0x9d012a)
    return [head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff]
  throw damaged('WebP', NO_SIZE)
}

async function findOrientation(source: ByteSource): Promise<number | undefined> {
  for (let offset = 12; offset + 8 <= source.size; ) {
    const header = await source.read(offset, 8)
    const length = header.readUInt32LE(4)
    if (header.toString('latin1', 0, 4) === 'EXIF' && length <= LONGEST_EXIF)
      return exifOrientation(await source.read(offset + 8, length))
    offset += 8 + length + (length % 2)
  }
  return undefined
}
