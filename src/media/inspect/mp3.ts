import type { ByteSource } from '../byte-source.ts'
import { mpegAudioFrame } from '../sniff/mpeg-audio.ts'
import type { MediaFacts } from '../stored-media.ts'
import { damaged } from './damaged.ts'

const SEARCH = 64 * 1024

/** After the ID3 tag, which may be padded, there has to be sound. */
export async function inspectMp3(source: ByteSource): Promise<MediaFacts> {
  const head = await source.read(0, 10)
  const start = head.toString('latin1', 0, 3) === 'ID3' && head.length === 10 ? 10 + synchsafe(head, 6) : 0
  const bytes = await source.read(start, SEARCH)
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1))
    if (mpegAudioFrame(bytes, at) !== undefined) return {}
  throw damaged('MP3', 'it has no sound')
}

/** A length whose bytes have seven bits each (ID3v2 §6.2). */
function synchsafe(bytes: Buffer, at: number): number {
  return bytes.subarray(at, at + 4).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0)
}
