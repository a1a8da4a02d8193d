import type { ByteSource } from '../byte-source.ts'

/** A box of the ISO base media file format (ISO 14496-12): MP4, MOV, HEIC and AVIF are made of them. */
export interface IsoBox {
  readonly type: string
  /** Where its content starts, and where the box ends: beyond the file when the file is cut off. */
  readonly content: number
  readonly end: number
}

/** More boxes in a row than any real file has: hostile files are made of empty ones. */
const MOST_BOXES = 100_000

/** The boxes that follow each other in a range. Stops at the first that cannot be one. */
export async function* isoBoxes(source: ByteSource, start = 0, end = source.size): AsyncGenerator<IsoBox> {
  for (let offset = start, count = 0; offset + 8 <= end && count < MOST_BOXES; count++) {
    const header = await source.read(offset, 16)
    if (header.length < 8) return
    const size = header.readUInt32BE(0)
    const large = size === 1 && header.length === 16
    const length = size === 0 ? end - offset : large ? Number(header.readBigUInt64BE(8)) : size
    if (length < (large ? 16 : 8)) return
    yield { type: header.toString('latin1', 4, 8), content: offset + (large ? 16 : 8), end: offset + length }
    offset += length
  }
}

/** The first box at a path of nested ones. */
export async function findBox(
  source: ByteSource,
  path: readonly string[],
  start = 0,
  end = source.size,
): Promise<IsoBox | undefined> {
  const [type, ...rest] = path
  for await (const box of isoBoxes(source, start, end)) {
    if (box.type !== type) continue
    return rest.length === 0 ? box : findBox(source, rest, box.content, box.end)
  }
  return undefined
}
