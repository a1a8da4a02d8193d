import { CellarError } from '../errors/cellar-error.ts'
import type { FunctionMedia } from '../func/function-context.ts'
import type { MediaStore } from '../media/media-store.ts'
import { isMediaRef, type Media } from '../types/media.ts'

/** Media as functions read them. One that is kept by reference is fetched, checked and stored first. */
export function createFunctionMedia(store: MediaStore): FunctionMedia {
  const refOf = async (media: Media): Promise<string> => {
    const url: unknown = media?.url
    if (typeof url !== 'string')
      throw new CellarError('INVALID_VALUE', {
        subject: 'The context of a function',
        reason: 'it reads media values only',
      })
    if (isMediaRef(url)) return url
    const stored = await store.ingest(url, { kind: media.kind, allowPath: false })
    return stored.ref
  }
  return {
    path: async (media) => store.path(await refOf(media)),
    bytes: async (media) => store.bytes(await refOf(media)),
    scratch: () => store.scratch(),
  }
}
