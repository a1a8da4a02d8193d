import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'
import { exifOrientation } from './exif.ts'
import { imageFacts } from './image-size.ts'

const END_OF_IMAGE = Buffer.from([0xff, 0xd9])
const STEP = 1024 * 1024

/** Start-of-frame markers carry the size: C0 to CF without DHT (C4), JPG (C8) and DAC (CC). */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
const standsAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)

/** Walks the segments up to the pixels, then looks for the end of the image after them. */
export async function inspectJpeg(source: ByteSource): Promise<MediaFacts> {
  let size: { width: number; height: number } | undefined
  let orientation: number | undefined
  for (let offset = 2; ; ) {
    const bytes = await source.read(offset, 10)
    if (bytes.length < 4) throw damaged('JPEG', CUT_OFF)
    if (bytes[0] !== 0xff) throw damaged('JPEG', 'a segment does not start with a marker')
    const marker = bytes[1] ?? 0
    if (marker === 0xff || standsAlone(marker)) {
      offset += marker === 0xff ? 1 : 2
      continue
    }
    if (marker === 0xd9) throw damaged('JPEG', 'it has no pixels')
    const length = bytes.readUInt16BE(2)
    if (length < 2) throw damaged('JPEG', 'a segment has no length')
    if (isFrame(marker) && bytes.length >= 9) size = { width: bytes.readUInt16BE(7), height: bytes.readUInt16BE(5) }
    if (marker === 0xe1) orientation ??= await exifOrientation(await source.read(offset + 4, length - 2))
    offset += 2 + length
    if (marker === 0xda) {
      if (!size) throw damaged('JPEG', 'its pixels come before its header')
      if (!(await hasEnd(source, offset))) throw damaged('JPEG', CUT_OFF)
      return imageFacts('JPEG', size.width, size.height, orientation)
    }
  }
}

/** Inside compressed pixels FF is never followed by D9. The end is looked for at the end of the file first: there it is, mostly. */
async function hasEnd(source: ByteSource, from: number): Promise<boolean> {
  const tail = Math.max(from, source.size - 4096)
  if ((await source.read(tail, 4096)).includes(END_OF_IMAGE)) return true
  for (let offset = from; offset < tail; offset += STEP)
    if ((await source.read(offset, STEP + 1)).includes(END_OF_IMAGE)) return true
  return false
}
