import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'
import { imageFacts } from './image-size.ts'

const UNCOMPRESSED = 0

export async function inspectBmp(source: ByteSource): Promise<MediaFacts> {
  const head = await source.read(0, 34)
  if (head.length < 26) throw damaged('BMP', CUT_OFF)
  const isCore = head.readUInt32LE(14) === 12
  const width = isCore ? head.readUInt16LE(18) : head.readInt32LE(18)
  // A negative height means that the rows go from top to bottom.
  const height = isCore ? head.readUInt16LE(20) : Math.abs(head.readInt32LE(22))
  const facts = imageFacts('BMP', width, height)
  const bits = head.readUInt16LE(isCore ? 24 : 28)
  const row = Math.ceil((width * bits) / 32) * 4
  const isPlain = isCore || head.readUInt32LE(30) === UNCOMPRESSED
  if (head.readUInt32LE(10) + (isPlain ? row * height : 0) > source.size) throw damaged('BMP', CUT_OFF)
  return facts
}
