import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import type { Media } from '../../types/media.ts'
import { mountRoot } from '../mount-root.ts'
import { mediaUrls } from '../respond/media-url.ts'
import type { RouterState } from '../router-state.ts'

/** Which router a hand-written handler belongs to. */
export interface WrittenPlace {
  readonly state: RouterState
  /** Of the route, below the prefix. */
  readonly path: string
}

const PLACE = 'cellar:place'

export const keepPlace = (c: Context, place: WrittenPlace): void => c.set(PLACE, place)

/** @throws NOT_FOUND outside the hand-written routes of a TableRouter */
export function placeOf(c: Context): WrittenPlace {
  const place = c.get(PLACE) as WrittenPlace | undefined
  if (place === undefined) throw new CellarError('NOT_FOUND', { subject: 'A router around this handler' })
  return place
}

/**
 * The URL that a declared route of the router gives for a media cell: under the router's prefix, signed where the
 * router has `auth`; a reference to another server stays what it is. Sign only what the caller may see.
 *
 * @throws NOT_FOUND outside the hand-written routes of a TableRouter
 */
export function mediaUrl<M extends Media | string | null>(c: Context, cell: M): M extends null ? null : string
export function mediaUrl(c: Context, cell: Media | string | null): string | null {
  const { state, path } = placeOf(c)
  if (cell === null) return null
  const signer = state.auth === undefined ? undefined : state.binding.readySigner
  return mediaUrls(mountRoot(c, state, path), signer)(typeof cell === 'string' ? cell : cell.url)
}
