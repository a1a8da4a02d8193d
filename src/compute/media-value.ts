import type { MediaKind, StoredMedia } from '../media/stored-media.ts'
import type { Media } from '../types/expr.ts'

/** The value of a cell that names stored content. */
export function mediaOf<K extends MediaKind>(kind: K, { ref, sha256, mime }: StoredMedia): Media<K> {
  return Object.freeze({ kind, url: ref, sha256, mime })
}

/** True for a media value that names content elsewhere, which its column keeps by reference. */
export function keepsReference(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && 'sha256' in value && value.sha256 === null
}
