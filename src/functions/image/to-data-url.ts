import { defineFunction, type TextExpr, t } from 'cellar'
import { type ImageFormat, type ImageOutput, inspectMedia, transformImage } from 'cellar/media'
import { checkOutput } from './check.ts'
import type { ImageArgument } from './image-argument.ts'
import { IMAGE_ARGUMENTS } from './transform.ts'

const definition = defineFunction({
  name: 'image.toDataUrl',
  args: IMAGE_ARGUMENTS,
  returns: t.string(),
  requires: ['sharp'],
  run: async ({ image, format, quality }, { media, signal }) => {
    const path = await media.path(image)
    if (format === null && quality === null) return dataUrl((await inspectMedia(path)).mime, await media.bytes(image))
    const options = { ...(format !== null && { format: format as ImageFormat }), ...(quality !== null && { quality }) }
    const result = await transformImage(path, [], { ...options, signal })
    return dataUrl(`image/${result.format}`, result.output)
  },
})

function dataUrl(mime: string, bytes: Uint8Array | string): string {
  return `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`
}

/**
 * The whole image as text, for models and pages that take it in place: the stored bytes, unless a format or quality is asked
 * for. Make it small first: `toDataUrl(thumbnail(c.photo, …))`.
 *
 * @throws INVALID_DECLARATION when there is no such format or quality
 */
export function toDataUrl<M extends null = never>(image: ImageArgument<M>, options: ImageOutput = {}): TextExpr<M> {
  checkOutput('toDataUrl', options)
  const { format = null, quality = null } = options
  return definition({ image, format, quality }) as TextExpr<M>
}
