import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'
import { imageFacts } from './image-size.ts'

const WIDTH = 256
const HEIGHT = 257
const ORIENTATION = 274
const MOST_ENTRIES = 4096

/** What the first directory of TIFF data says. */
interface TiffHeader {
  readonly width?: number
  readonly height?: number
  readonly orientation?: number
}

/** Reads classic TIFF (magic 42) and BigTIFF (43), in both byte orders. */
export async function readTiff(source: ByteSource): Promise<TiffHeader> {
  const head = await source.read(0, 16)
  if (head.length < 8) throw damaged('TIFF', CUT_OFF)
  const little = head[0] === 0x49
  const u16 = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const u64 = (bytes: Buffer, at: number) => Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at))
  const big = u16(head, 2) === 43
  if (!big && u16(head, 2) !== 42) throw damaged('TIFF', 'it has no header')
  const directory = big ? u64(head, 8) : u32(head, 4)
  const countBytes = await source.read(directory, 8)
  if (countBytes.length < (big ? 8 : 2)) throw damaged('TIFF', CUT_OFF)
  const count = big ? u64(countBytes, 0) : u16(countBytes, 0)
  const size = big ? 20 : 12
  if (count > MOST_ENTRIES) throw damaged('TIFF', 'its directory has too many entries')
  const entries = await source.read(directory + (big ? 8 : 2), count * size)
  if (entries.length < count * size) throw damaged('TIFF', CUT_OFF)
  const values = new Map<number, number>()
  for (let at = 0; at < entries.length; at += size) {
    const isShort = u16(entries, at + 2) === 3
    values.set(u16(entries, at), (isShort ? u16 : u32)(entries, at + (big ? 12 : 8)))
  }
  return toHeader(values)
}

function toHeader(values: ReadonlyMap<number, number>): TiffHeader {
  const pick = (name: keyof TiffHeader, tag: number) => {
    const value = values.get(tag)
    return value === undefined ? {} : { [name]: value }
  }
  return { ...pick('width', WIDTH), ...pick('height', HEIGHT), ...pick('orientation', ORIENTATION) }
}

export async function inspectTiff(source: ByteSource): Promise<MediaFacts> {
  const { width = 0, height = 0, orientation } = await readTiff(source)
  return imageFacts('TIFF', width, height, orientation)
}
