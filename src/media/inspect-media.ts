import { open } from 'node:fs/promises'
import { bytesSource, fileSource } from './byte-source.ts'
import { checkContent } from './local/commit.ts'
import { Utf8Check } from './sniff/utf8-check.ts'
import { fileChunks } from './source/file-chunks.ts'
import type { MediaFacts, MediaKind } from './stored-media.ts'

export interface InspectedMedia {
  readonly kind: MediaKind | 'other'
  readonly mime: string
  readonly ext: string
  readonly bytes: number
  readonly facts: MediaFacts
}

/**
 * The type and the facts of a file or of bytes, by content alone, without decoding.
 *
 * @throws MEDIA_CORRUPT, MEDIA_WRONG_KIND for empty content, MEDIA_UNREADABLE
 */
export async function inspectMedia(source: string | Uint8Array): Promise<InspectedMedia> {
  if (typeof source !== 'string') {
    const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    return inspected(bytes.length, await checkContent(bytesSource(bytes), isText([bytes]), ANYTHING))
  }
  const text = new Utf8Check()
  for await (const chunk of fileChunks(source)) {
    text.add(chunk)
    if (!text.isPossible) break
  }
  const file = await open(source, 'r')
  try {
    const { size } = await file.stat()
    return inspected(size, await checkContent(fileSource(file, size), text.isText(), ANYTHING))
  } finally {
    await file.close()
  }
}

const ANYTHING = { kind: 'any', maxPixels: Number.POSITIVE_INFINITY } as const

function isText(chunks: readonly Uint8Array[]): boolean {
  const text = new Utf8Check()
  for (const chunk of chunks) text.add(chunk)
  return text.isText()
}

function inspected(bytes: number, { type, facts }: Awaited<ReturnType<typeof checkContent>>): InspectedMedia {
  return { kind: type.kind, mime: type.mime, ext: type.ext, bytes, facts }
}
