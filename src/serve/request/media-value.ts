import type { MediaKind, StoredMedia } from '../../media/stored-media.ts'
import type { Media } from '../../types/media.ts'

/** A stored file as the value of a media column. */
export function mediaOfStored(kind: MediaKind, stored: StoredMedia): Media {
  return Object.freeze({ kind, url: stored.ref, sha256: stored.sha256, mime: stored.mime })
}
