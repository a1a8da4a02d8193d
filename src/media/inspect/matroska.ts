import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'

const SEGMENT = 0x18538067

/** The length of the segment, where its writer knew it, must not be more than there is. */
export async function inspectMatroska(source: ByteSource, format: string): Promise<MediaFacts> {
  const head = await source.read(0, 4096)
  const header = readLength(head, 4)
  if (!header || header.length === undefined) throw damaged(format, CUT_OFF)
  const segment = header.end + header.length
  if (segment + 5 > head.length || head.readUInt32BE(segment) !== SEGMENT) throw damaged(format, 'it has no segment')
  const body = readLength(head, segment + 4)
  if (!body || (body.length !== undefined && body.end + body.length > source.size)) throw damaged(format, CUT_OFF)
  return {}
}

/** An EBML length (RFC 8794 §4): leading zeros say how many bytes it has; all ones stand for "unknown". */
function readLength(bytes: Buffer, at: number): { length: number | undefined; end: number } | undefined {
  const first = bytes[at] ?? 0
  const width = Math.clz32(first) - 23
  if (first === 0 || at + width > bytes.length) return undefined
  let value = BigInt(first & (0xff >> width))
  for (const byte of bytes.subarray(at + 1, at + width)) value = value * 256n + BigInt(byte)
  const isUnknown = value === 2n ** BigInt(7 * width) - 1n
  return { length: isUnknown ? undefined : Number(value), end: at + width }
}
