import type { ByteSource } from '../byte-source.ts'

/** Where tracks are described at the latest, in files that players can start at once. */
const TRACKS_WITHIN = 256 * 1024
const CLUSTER = Buffer.from([0x1f, 0x43, 0xb6, 0x75])

/** The document type tells WebM from Matroska, the names of codecs tell sound from pictures. */
export async function sniffMatroska(source: ByteSource): Promise<string> {
  const bytes = await source.read(0, TRACKS_WITHIN)
  const cluster = bytes.indexOf(CLUSTER)
  const head = bytes.subarray(0, cluster < 0 ? bytes.length : cluster)
  const isWebm = head.subarray(0, 64).includes('webm')
  const isAudio = hasCodec(head, 'A_') && !hasCodec(head, 'V_')
  return isWebm ? (isAudio ? 'weba' : 'webm') : isAudio ? 'mka' : 'mkv'
}

/** A CodecID element: 0x86, the length of a short name, the name. */
function hasCodec(head: Buffer, prefix: string): boolean {
  for (let at = head.indexOf(prefix); at >= 2; at = head.indexOf(prefix, at + 1))
    if (head[at - 2] === 0x86 && ((head[at - 1] ?? 0) & 0x80) !== 0) return true
  return false
}
