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

const MEDIA = Symbol.for('cellar.media')
const REF = /^cellar:[0-9a-f]{64}\.[a-z0-9]{1,8}$/
const SCHEME = 'cellar:'
const EXT_AT = SCHEME.length + 64 + 1

class MediaValue<K extends string> implements Media<K> {
  readonly kind: K
  readonly url: string
  readonly sha256: string | null
  readonly mime: string | null

  constructor(kind: K, url: string) {
    const stored = url.startsWith(SCHEME)
    this.kind = kind
    this.url = url
    this.sha256 = stored ? url.slice(SCHEME.length, EXT_AT - 1) : null
    this.mime = stored ? mimeOf(url.slice(EXT_AT)) : null
    Object.freeze(this)
  }

  /** On the prototype, so that a JSON body cannot pretend to be one. */
  get [MEDIA](): true {
    return true
  }
}

/** The value for a cell's text. */
export function createMedia<K extends MediaKind>(kind: K, url: string): Media<K> {
  return new MediaValue(kind, url)
}

/** True for values that this library made; equal-looking objects from outside are none. */
export function isMedia(value: unknown): value is Media {
  return typeof value === 'object' && value !== null && MEDIA in value
}

/** True for the text of a cell whose content lies in the media store. */
export function isMediaRef(text: string): boolean {
  return REF.test(text)
}
