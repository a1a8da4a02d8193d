import { defineFunction, type ImageExpr, t } from 'cellar'
import type { ImageOutput } from 'cellar/media'
import { checkOutput } from './check.ts'
import type { ImageArgument } from './image-argument.ts'
import { IMAGE_ARGUMENTS, transformed } from './transform.ts'

const definition = defineFunction({
  name: 'image.grayscale',
  args: IMAGE_ARGUMENTS,
  returns: t.image(),
  requires: ['sharp'],
  run: (args, context) => transformed(args, [{ kind: 'grayscale' }], context),
})

/**
 * Takes the colour out of an image.
 *
 * @throws INVALID_DECLARATION when an option has a value that never works
 */
export function grayscale<M extends null = never>(image: ImageArgument<M>, options: ImageOutput = {}): ImageExpr<M> {
  checkOutput('grayscale', options)
  const { format = null, quality = null } = options
  return definition({ image, format, quality }) as ImageExpr<M>
}
