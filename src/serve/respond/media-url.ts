import type { MediaSigner } from '../media/media-signer.ts'

/** Turns the text of a media cell into what a client can fetch. */
export type MediaUrl = (cell: string) => string

const REF_PREFIX = 'cellar:'

/** The cell itself: for results that are kept, so that addresses and signatures are made when they are read. */
export const keepRef: MediaUrl = (cell) => cell

/**
 * URLs under the router's own prefix: absolute with a base, else path-absolute. References to other servers pass.
 *
 * @param root base address and prefix as the router is mounted
 */
export function mediaUrls(root: string, signer?: MediaSigner): MediaUrl {
  return (cell) => {
    if (!cell.startsWith(REF_PREFIX)) return cell
    const file = cell.slice(REF_PREFIX.length)
    return `${root}/media/${file}${signer === undefined ? '' : signer.query(file)}`
  }
}
