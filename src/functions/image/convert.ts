import { defineFunction, type ImageExpr, t } from 'cellar'
import type { ImageFormat } from 'cellar/media'
import { checkOutput } from './check.ts'
import type { ImageArgument } from './image-argument.ts'
import { IMAGE_ARGUMENTS, transformed } from './transform.ts'

const definition = defineFunction({
  name: 'image.convert',
  args: IMAGE_ARGUMENTS,
  returns: t.image(),
  requires: ['sharp'],
  run: (args, context) => transformed(args, [], context),
})

/**
 * Writes an image in another format. `quality` is 1 to 100; formats without loss ignore it. Transparency becomes white in JPEG.
 *
 * @throws INVALID_DECLARATION when there is no such format or quality
 */
export function convert<M extends null = never>(
  image: ImageArgument<M>,
  format: ImageFormat,
  quality?: number,
): ImageExpr<M> {
  checkOutput('convert', { format, ...(quality !== undefined && { quality }) })
  return definition({ image, format, quality: quality ?? null }) as ImageExpr<M>
}
