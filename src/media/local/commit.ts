import { CellarError } from '../../errors/cellar-error.ts'
import type { ByteSource } from '../byte-source.ts'
import { inspect } from '../inspect/inspect.ts'
import { formatMediaRef } from '../media-ref.ts'
import type { MediaType } from '../media-types.ts'
import { isOfKind, possibleKinds, sniff } from '../sniff/sniff.ts'
import type { MediaFacts, MediaKind, StoredMedia } from '../stored-media.ts'
import type { Draft } from './draft.ts'
import type { StoredFiles } from './stored-files.ts'

export interface CheckOptions {
  readonly kind: MediaKind | 'any'
  readonly maxPixels: number
}

/** Refuses as soon as the first bytes show that the content will never be of the kind. */
export function checkHead(head: Buffer, kind: MediaKind | 'any'): void {
  const kinds = kind === 'any' ? undefined : possibleKinds(head)
  if (kinds && !kinds.includes(kind)) throw wrongKind(`${kinds.join(' or ')} content`, kind)
}

/** What the content is, checked as far as it goes without decoding. */
export async function checkContent(
  source: ByteSource,
  isText: boolean,
  options: CheckOptions,
): Promise<{ type: MediaType; facts: MediaFacts }> {
  if (source.size === 0) throw wrongKind('empty', options.kind)
  const type = await sniff(source, isText)
  if (!isOfKind(type, options.kind) && type.ext !== 'zip') throw wrongKind(type.mime, options.kind)
  const facts = await inspect(source, type)
  if (!isOfKind(type, options.kind)) throw wrongKind(type.mime, options.kind)
  const { width = 0, height = 0 } = facts
  if (width * height > options.maxPixels)
    throw new CellarError('MEDIA_TOO_MANY_PIXELS', { width, height, limit: options.maxPixels })
  return { type, facts }
}

function wrongKind(found: string, kind: MediaKind | 'any'): CellarError<'MEDIA_WRONG_KIND'> {
  return new CellarError('MEDIA_WRONG_KIND', { found, expected: kind === 'any' ? 'content' : kind })
}

/** Checks a draft and makes it a stored file; without a result there is nothing left of it. */
export async function commitDraft(
  files: StoredFiles,
  draft: Draft,
  content: { readonly sha256: string; readonly isText: boolean } & CheckOptions,
): Promise<StoredMedia> {
  try {
    const { type, facts } = await checkContent(draft.source(), content.isText, content)
    await files.ready()
    const name = { sha256: content.sha256, ext: type.ext }
    const bytes = draft.size
    if ((await files.touch(name)) === bytes) await draft.discard()
    else await files.place(await draft.seal(), name)
    await files.settle(name)
    return { ref: formatMediaRef(name), ...name, mime: type.mime, bytes, kind: type.kind, facts }
  } catch (error) {
    await draft.discard()
    throw error
  }
}
