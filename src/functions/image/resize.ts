import { defineFunction, type ImageExpr, t } from 'cellar'
import type { ImageFit, ImageOutput } from 'cellar/media'
import { checkFit, checkOutput, checkPixels, checkSome } from './check.ts'
import type { ImageArgument } from './image-argument.ts'
import { IMAGE_ARGUMENTS, transformed } from './transform.ts'

export interface ResizeOptions extends ImageOutput {
  readonly width?: number
  readonly height?: number
  /** What happens to the shape when both are given. @default 'fill' */
  readonly fit?: ImageFit
}

const definition = defineFunction({
  name: 'image.resize',
  args: { ...IMAGE_ARGUMENTS, width: t.int().nullable(), height: t.int().nullable(), fit: t.string() },
  returns: t.image(),
  requires: ['sharp'],
  run: ({ width, height, fit, ...rest }, context) => {
    const size = { ...(width !== null && { width }), ...(height !== null && { height }) }
    return transformed(rest, [{ kind: 'resize', ...size, fit: fit as ImageFit }], context)
  },
})

/**
 * Makes an image exactly that wide and high, bigger if need be; with one of both it keeps its shape.
 *
 * @throws INVALID_DECLARATION when an option has a value that never works
 */
export function resize<M extends null = never>(image: ImageArgument<M>, options: ResizeOptions): ImageExpr<M> {
  const { width, height, fit = 'fill', format = null, quality = null } = options
  checkSome('resize', { width, height })
  checkPixels('resize', { width, height })
  checkFit('resize', fit)
  checkOutput('resize', options)
  return definition({ image, width: width ?? null, height: height ?? null, fit, format, quality }) as ImageExpr<M>
}
