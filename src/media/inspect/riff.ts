import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'

/** Lengths that writers leave when they cannot go back to fill in the real one. */
const UNKNOWN_LENGTHS = [0, 0xffff_ffff]

/** AVI and WAV: the length in the header must not be more than there is. */
export async function inspectRiff(source: ByteSource, format: string): Promise<MediaFacts> {
  const head = await source.read(0, 12)
  if (head.length < 12) throw damaged(format, CUT_OFF)
  const length = head.readUInt32LE(4)
  if (head.toString('latin1', 0, 4) === 'RIFF' && !UNKNOWN_LENGTHS.includes(length) && length + 8 > source.size)
    throw damaged(format, CUT_OFF)
  return {}
}
