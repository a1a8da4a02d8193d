import { defineFunction, type ImageExpr, t } from 'cellar'
import type { ImageFit, ImageOutput } from 'cellar/media'
import { checkFit, checkOutput, checkPixels } from './check.ts'
import type { ImageArgument } from './image-argument.ts'
import { IMAGE_ARGUMENTS, transformed } from './transform.ts'

export interface ThumbnailOptions extends ImageOutput {
  readonly width: number
  readonly height: number
  /** @default 'inside' */
  readonly fit?: ImageFit
}

const definition = defineFunction({
  name: 'image.thumbnail',
  args: { ...IMAGE_ARGUMENTS, width: t.int(), height: t.int(), fit: t.string() },
  returns: t.image(),
  requires: ['sharp'],
  run: ({ width, height, fit, ...rest }, context) =>
    transformed(rest, [{ kind: 'resize', width, height, fit: fit as ImageFit, enlarge: false }], context),
})

/**
 * Makes an image small enough for a box. It keeps its shape and never gets bigger than it is.
 *
 * JPEG, PNG and WebP keep their format unless another is asked for, all others become PNG.
 *
 * @example
 * photos.computed('thumb', (c) => thumbnail(c.photo, { width: 320, height: 320 }))
 *
 * @throws INVALID_DECLARATION when an option has a value that never works
 */
export function thumbnail<M extends null = never>(image: ImageArgument<M>, options: ThumbnailOptions): ImageExpr<M> {
  const { width, height, fit = 'inside', format = null, quality = null } = options
  checkPixels('thumbnail', { width, height })
  checkFit('thumbnail', fit)
  checkOutput('thumbnail', options)
  return definition({ image, width, height, fit, format, quality }) as ImageExpr<M>
}
