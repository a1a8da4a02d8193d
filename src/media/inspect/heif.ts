import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'
import { imageFacts } from './image-size.ts'
import { findBox, type IsoBox, isoBoxes } from './iso-boxes.ts'

/** AVIF and HEIC: every box must lie inside the file; the size is that of the primary item. */
export async function inspectHeif(source: ByteSource, format: string): Promise<MediaFacts> {
  let meta: IsoBox | undefined
  for await (const box of isoBoxes(source)) {
    if (box.end > source.size) throw damaged(format, CUT_OFF)
    if (box.type === 'meta') meta = box
  }
  if (!meta) throw damaged(format, 'it has no description of its pixels')
  // `meta` is a full box: version and flags come before its content.
  const { width, height, turned } = await primarySize(source, { ...meta, content: meta.content + 4 })
  return turned ? imageFacts(format, height, width) : imageFacts(format, width, height)
}

/** The item properties in the order of the file, of which items name some by number (ISO 23008-12 §9.3). */
async function primarySize(
  source: ByteSource,
  meta: IsoBox,
): Promise<{ width: number; height: number; turned: boolean }> {
  const list = await findBox(source, ['iprp', 'ipco'], meta.content, meta.end)
  const wanted = await primaryProperties(source, meta)
  let size = { width: 0, height: 0 }
  let turned = false
  let index = 0
  if (!list) return { ...size, turned }
  for await (const box of isoBoxes(source, list.content, list.end)) {
    index += 1
    if (wanted && !wanted.has(index)) continue
    const bytes = await source.read(box.content, 12)
    if (box.type === 'irot') turned = ((bytes[0] ?? 0) & 1) === 1
    if (box.type !== 'ispe' || bytes.length < 12) continue
    const found = { width: bytes.readUInt32BE(4), height: bytes.readUInt32BE(8) }
    if (found.width * found.height > size.width * size.height) size = found
  }
  return { ...size, turned }
}

/** The numbers of the properties of the primary item; undefined when the file does not say, then all count. */
async function primaryProperties(source: ByteSource, meta: IsoBox): Promise<ReadonlySet<number> | undefined> {
  const pitm = await findBox(source, ['pitm'], meta.content, meta.end)
  const ipma = await findBox(source, ['iprp', 'ipma'], meta.content, meta.end)
  if (!pitm || !ipma) return undefined
  const primary = await source.read(pitm.content, 8)
  const bytes = await source.read(ipma.content, Math.min(ipma.end - ipma.content, 1024 * 1024))
  try {
    const item = primary[0] === 0 ? primary.readUInt16BE(4) : primary.readUInt32BE(4)
    return associations(bytes, item)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function associations(bytes: Buffer, wanted: number): ReadonlySet<number> | undefined {
  const wideItems = bytes.readUInt8(0) >= 1
  const wideIndexes = (bytes.readUInt8(3) & 1) === 1
  let at = 8
  for (let left = bytes.readUInt32BE(4); left > 0; left--) {
    const item = wideItems ? bytes.readUInt32BE(at) : bytes.readUInt16BE(at)
    at += wideItems ? 4 : 2
    const count = bytes.readUInt8(at)
    at += 1
    const indexes = new Set<number>()
    for (let n = 0; n < count; n++, at += wideIndexes ? 2 : 1)
      indexes.add(wideIndexes ? bytes.readUInt16BE(at) & 0x7fff : bytes.readUInt8(at) & 0x7f)
    if (item === wanted) return indexes
  }
  return undefined
}
