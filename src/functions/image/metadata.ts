import { defineFunction, type JsonExpr, t } from 'cellar'
import { type ImageMetadata, readImageMetadata } from 'cellar/media'
import type { ImageArgument } from './image-argument.ts'

const definition = defineFunction({
  name: 'image.metadata',
  args: { image: t.image() },
  returns: t.json<ImageMetadata>(),
  requires: ['sharp'],
  run: async ({ image }, { media, signal }) => readImageMetadata(await media.path(image), { signal }),
})

/** Format, size as displayed, colour space, channels, frames, density and EXIF orientation of an image. */
export function metadata<M extends null = never>(image: ImageArgument<M>): JsonExpr<ImageMetadata, M> {
  return definition({ image }) as JsonExpr<ImageMetadata, M>
}
