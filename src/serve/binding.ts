import { loadSecret } from '../catalog/secrets.ts'
import type { Cellar } from '../cellar/cellar.ts'
import { contextOf } from '../cellar/context-of.ts'
import type { StoreContext } from '../store/context.ts'
import { createMediaSigner, type MediaSigner } from './media/media-signer.ts'

/** A router's tie to an open database. */
export interface Binding {
  readonly cellar: Cellar
  readonly context: StoreContext
  /** Made once; the key lies in the database, so that every process of it makes the same signatures. */
  signer(): Promise<MediaSigner>
}

export function createBinding(prefix: string, cellar: Cellar): Binding {
  const context = contextOf(cellar)
  let signer: Promise<MediaSigner> | undefined
  return {
    cellar,
    context,
    signer() {
      signer ??= loadSecret(context.database, 'media-url-key').then((key) => createMediaSigner(key, prefix))
      signer.catch(() => {
        signer = undefined
      })
      return signer
    },
  }
}
