import type { MediaKind } from './kind.ts'

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
