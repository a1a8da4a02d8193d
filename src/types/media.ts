import type { MediaKind } from './kind.ts'
import { mimeOf } from './media-formats.ts'

/** The value of a media cell. */
export interface Media<out K extends string = MediaKind> {
  readonly kind: K
  /** The text of the cell: `cellar:<sha256>.<ext>`, or the external URL that the column keeps by reference. */
  readonly url: string
  /** Null for an external URL. */
  readonly sha256: string | null
  /** Null for an external URL. */
  readonly mime: string | null
}

const REF = /^cellar:[0-9a-f]{64}\.[a-z0-9]{1,8}$/
const SCHEME = 'cellar:'
const EXT_AT = SCHEME.length + 64 + 1

/** The value for a cell's text. */
export function createMedia<K extends MediaKind>(kind: K, url: string): Media<K> {
  const stored = url.startsWith(SCHEME)
  const sha256 = stored ? url.slice(SCHEME.length, EXT_AT - 1) : null
  return Object.freeze({ kind, url, sha256, mime: stored ? mimeOf(url.slice(EXT_AT)) : null })
}

/** True for the text of a cell whose content lies in the media store. */
export function isMediaRef(text: string): boolean {
  return REF.test(text)
}
