import { loadSecret } from '../catalog/secrets.ts'
import type { Cellar } from '../cellar/cellar.ts'
import { contextOf } from '../cellar/context-of.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { StoreContext } from '../store/context.ts'
import { createMediaSigner, type MediaSigner } from './media/media-signer.ts'

/** A router's tie to an open database. */
export interface Binding {
  readonly cellar: Cellar
  readonly context: StoreContext
  /** Made once; the key lies in the database, so that every process of it makes the same signatures. */
  signer(): Promise<MediaSigner>
  /** The same, where it was waited for. @throws DATABASE_UNAVAILABLE */
  readonly readySigner: MediaSigner
}

export function createBinding(prefix: string, cellar: Cellar): Binding {
  const context = contextOf(cellar)
  let signer: Promise<MediaSigner> | undefined
  let ready: MediaSigner | undefined
  return {
    cellar,
    context,
    signer() {
      signer ??= loadSecret(context.database, 'media-url-key').then((key) => createMediaSigner(key, prefix))
      signer.then(
        (made) => {
          ready = made
        },
        () => {
          signer = undefined
        },
      )
      return signer
    },
    get readySigner() {
      if (ready) return ready
      throw new CellarError('DATABASE_UNAVAILABLE', { reason: 'the key of media URLs could not be read' })
    },
  }
}
