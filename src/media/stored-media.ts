import type { MediaKind } from '../types/kind.ts'

export type { MediaKind }

/** What the header says, read without decoding. */
export interface MediaFacts {
  /** Pixels as displayed: EXIF orientation is applied. */
  readonly width?: number
  readonly height?: number
  /** EXIF orientation, 2 to 8; absent when the pixels are stored upright. */
  readonly orientation?: number
}

/** Content that lies in the store, durably. */
export interface StoredMedia {
  /** The text of a media cell: `cellar:<sha256>.<ext>`. */
  readonly ref: string
  readonly sha256: string
  readonly ext: string
  readonly mime: string
  readonly bytes: number
  readonly kind: MediaKind | 'other'
  readonly facts: MediaFacts
}
