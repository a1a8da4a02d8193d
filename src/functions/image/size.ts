import { CellarError, defineFunction, type FunctionContext, type Media, type NumExpr, t } from 'cellar'
import { inspectMedia } from 'cellar/media'
import type { ImageArgument } from './image-argument.ts'

const widthOf = defineFunction({
  name: 'image.width',
  args: { image: t.image() },
  returns: t.int(),
  run: ({ image }, context) => sizeOf(image, 'width', context),
})

const heightOf = defineFunction({
  name: 'image.height',
  args: { image: t.image() },
  returns: t.int(),
  run: ({ image }, context) => sizeOf(image, 'height', context),
})

/** Read from the header, without a decoder. */
async function sizeOf(image: Media<'image'>, side: 'width' | 'height', { media }: FunctionContext): Promise<number> {
  const { facts, mime } = await inspectMedia(await media.path(image))
  const size = facts[side]
  if (size === undefined) throw new CellarError('MEDIA_UNSUPPORTED', { format: mime, reason: `it has no ${side}` })
  return size
}

/** The pixels of an image from left to right, as it is displayed. */
export function width<M extends null = never>(image: ImageArgument<M>): NumExpr<'int', M> {
  return widthOf({ image }) as NumExpr<'int', M>
}

/** The pixels of an image from top to bottom, as it is displayed. */
export function height<M extends null = never>(image: ImageArgument<M>): NumExpr<'int', M> {
  return heightOf({ image }) as NumExpr<'int', M>
}
