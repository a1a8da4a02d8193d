import { defineFunction, type ImageExpr, t } from 'cellar'
import type { ImageOutput } from 'cellar/media'
import { checkOutput, checkPixels } from './check.ts'
import type { ImageArgument } from './image-argument.ts'
import { IMAGE_ARGUMENTS, transformed } from './transform.ts'

export interface CropOptions extends ImageOutput {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const definition = defineFunction({
  name: 'image.crop',
  args: { ...IMAGE_ARGUMENTS, left: t.int(), top: t.int(), width: t.int(), height: t.int() },
  returns: t.image(),
  requires: ['sharp'],
  run: ({ left, top, width, height, ...rest }, context) =>
    transformed(rest, [{ kind: 'crop', left, top, width, height }], context),
})

/**
 * Cuts a rectangle out of an image, in pixels of the image as it is displayed. The cell fails with INVALID_VALUE when the
 * rectangle reaches beyond it.
 *
 * @throws INVALID_DECLARATION when an option has a value that never works
 */
export function crop<M extends null = never>(image: ImageArgument<M>, options: CropOptions): ImageExpr<M> {
  const { left, top, width, height, format = null, quality = null } = options
  checkPixels('crop', { width, height })
  checkPixels('crop', { left, top }, 0)
  checkOutput('crop', options)
  return definition({ image, left, top, width, height, format, quality }) as ImageExpr<M>
}
