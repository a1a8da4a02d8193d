import type { MediaKind, StoredMedia } from '../media/stored-media.ts'
import type { ColumnType } from '../types/column-type.ts'
import { createMedia, type Media } from '../types/media.ts'

/** The value of a cell that names stored content. */
export function mediaOf<K extends MediaKind>(kind: K, { ref }: StoredMedia): Media<K> {
  return createMedia(kind, ref)
}

/** The value that keeps an external URL as it is; undefined where the content has to be stored. */
export function referenceOf({ mediaKind, reference }: ColumnType, value: unknown): Media | undefined {
  if (!reference || mediaKind === null) return undefined
  const url = textOf(value)
  return /^https?:/i.test(url) ? createMedia(mediaKind, url) : undefined
}

function textOf(value: unknown): string {
  if (value instanceof URL) return value.href
  const given = typeof value === 'object' && value !== null && 'url' in value ? value.url : value
  return typeof given === 'string' ? given : ''
}
