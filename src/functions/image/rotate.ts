import { defineFunction, type ImageExpr, t } from 'cellar'
import type { ImageOutput } from 'cellar/media'
import { checkNumber, checkOutput } from './check.ts'
import type { ImageArgument } from './image-argument.ts'
import { IMAGE_ARGUMENTS, transformed } from './transform.ts'

const definition = defineFunction({
  name: 'image.rotate',
  args: { ...IMAGE_ARGUMENTS, degrees: t.float() },
  returns: t.image(),
  requires: ['sharp'],
  run: ({ degrees, ...rest }, context) => transformed(rest, [{ kind: 'rotate', degrees }], context),
})

/**
 * Turns an image clockwise. An oblique turn makes it bigger; its corners are transparent, in JPEG white.
 *
 * @throws INVALID_DECLARATION when an option has a value that never works
 */
export function rotate<M extends null = never>(
  image: ImageArgument<M>,
  degrees: number,
  options: ImageOutput = {},
): ImageExpr<M> {
  checkNumber('rotate', 'degrees', degrees, [-360, 360])
  checkOutput('rotate', options)
  const { format = null, quality = null } = options
  return definition({ image, degrees, format, quality }) as ImageExpr<M>
}
