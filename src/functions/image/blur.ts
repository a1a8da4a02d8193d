import { defineFunction, type ImageExpr, t } from 'cellar'
import type { ImageOutput } from 'cellar/media'
import { checkNumber, checkOutput } from './check.ts'
import type { ImageArgument } from './image-argument.ts'
import { IMAGE_ARGUMENTS, transformed } from './transform.ts'

const definition = defineFunction({
  name: 'image.blur',
  args: { ...IMAGE_ARGUMENTS, sigma: t.float() },
  returns: t.image(),
  requires: ['sharp'],
  run: ({ sigma, ...rest }, context) => transformed(rest, [{ kind: 'blur', sigma }], context),
})

/**
 * Blurs an image. `sigma` is the size of the Gaussian mask, 0.3 to 1000.
 *
 * @throws INVALID_DECLARATION when an option has a value that never works
 */
export function blur<M extends null = never>(
  image: ImageArgument<M>,
  sigma: number,
  options: ImageOutput = {},
): ImageExpr<M> {
  checkNumber('blur', 'sigma', sigma, [0.3, 1000])
  checkOutput('blur', options)
  const { format = null, quality = null } = options
  return definition({ image, sigma, format, quality }) as ImageExpr<M>
}
