import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'
import { imageFacts } from './image-size.ts'

const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b

export async function inspectGif(source: ByteSource): Promise<MediaFacts> {
  const head = await source.read(0, 13)
  if (head.length < 13) throw damaged('GIF', CUT_OFF)
  if (!(await hasTrailer(source, 13 + colorTable(head[10] ?? 0)))) throw damaged('GIF', CUT_OFF)
  return imageFacts('GIF', head.readUInt16LE(6), head.readUInt16LE(8))
}

/** Bytes of the colour table that a packed field announces. */
function colorTable(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0
}

/** Most files end with the trailer; the others are walked through, since its byte alone is no proof of its absence. */
async function hasTrailer(source: ByteSource, start: number): Promise<boolean> {
  if ((await source.read(source.size - 2, 2)).equals(Buffer.from([0, TRAILER]))) return true
  for (let offset = start; ; ) {
    const block = await source.read(offset, 10)
    if (block[0] === TRAILER) return true
    if (block[0] === EXTENSION) offset = await skipSubBlocks(source, offset + 2)
    else if (block[0] === IMAGE && block.length === 10)
      offset = await skipSubBlocks(source, offset + 11 + colorTable(block[9] ?? 0))
    else return false
  }
}

async function skipSubBlocks(source: ByteSource, start: number): Promise<number> {
  for (let offset = start; ; ) {
    const [length] = await source.read(offset, 1)
    if (length === undefined) return source.size
    offset += 1 + length
    if (length === 0) return offset
  }
}
