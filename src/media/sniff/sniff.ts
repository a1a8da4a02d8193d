import type { ByteSource } from '../byte-source.ts'
import { type MediaType, mediaTypeOf } from '../media-types.ts'
import type { MediaKind } from '../stored-media.ts'
import { sniffIsoMedia } from './iso-media.ts'
import { sniffMarkup } from './markup.ts'
import { sniffMatroska } from './matroska.ts'
import { sniffOffice } from './office.ts'
import { SIGNATURES } from './signatures.ts'

/** How many bytes a first guess looks at. */
export const HEAD_BYTES = 4096

/** Containers that hold several types: what they may turn out to be. */
const CONTAINERS: Readonly<Record<string, { kinds: readonly string[]; look(source: ByteSource): Promise<string> }>> = {
  mp4: { kinds: ['video', 'audio'], look: (source) => sniffIsoMedia(source, 'mp4') },
  mov: { kinds: ['video', 'audio'], look: (source) => sniffIsoMedia(source, 'mov') },
  mkv: { kinds: ['video', 'audio'], look: sniffMatroska },
  zip: { kinds: ['document', 'other'], look: sniffOffice },
  ogg: { kinds: ['video', 'audio'], look: sniffOgg },
}

/** What the first bytes say; undefined when that is nothing yet, or plain text. */
export function sniffHead(head: Buffer): string | undefined {
  return SIGNATURES.find((signature) => signature.matches(head))?.ext ?? sniffMarkup(head)
}

/** The kinds that content with such a beginning may be of; undefined when it may be anything. */
export function possibleKinds(head: Buffer): readonly string[] | undefined {
  const ext = sniffHead(head)
  return ext === undefined ? undefined : (CONTAINERS[ext]?.kinds ?? [mediaTypeOf(ext).kind])
}

/** The type of content, decided by its bytes alone. `isText`: the whole of it is UTF-8 without NUL. */
export async function sniff(source: ByteSource, isText: boolean): Promise<MediaType> {
  const head = await source.read(0, HEAD_BYTES)
  const ext = sniffHead(head) ?? (isText ? 'txt' : isLatePdf(head) ? 'pdf' : 'bin')
  return mediaTypeOf((await CONTAINERS[ext]?.look(source)) ?? ext)
}

/** Readers accept other bytes before the header. */
function isLatePdf(head: Buffer): boolean {
  return head.subarray(0, 1024).includes('%PDF-')
}

async function sniffOgg(source: ByteSource): Promise<string> {
  return (await source.read(0, HEAD_BYTES)).includes('\x80theora', 0, 'latin1') ? 'ogv' : 'ogg'
}

export function isOfKind(type: MediaType, kind: MediaKind | 'any'): boolean {
  return kind === 'any' || type.kind === kind
}
