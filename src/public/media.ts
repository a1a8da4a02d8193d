/**
 * Media for functions of your own: look at content by its bytes, and work on images in processes that hostile content cannot harm.
 *
 * @example
 * const { kind, facts } = await inspectMedia('photo.jpg')
 * const small = await transformImage('photo.jpg', [{ kind: 'resize', width: 320 }], { format: 'webp' })
 *
 * @module
 */
export {
  IMAGE_FITS,
  IMAGE_FORMATS,
  type ImageFit,
  type ImageFormat,
  type ImageMetadata,
  type ImageOperation,
  type ImageOutput,
} from '../media/decode/image-operation.ts'
export { type InspectedMedia, inspectMedia } from '../media/inspect-media.ts'
export type { MediaFacts, MediaKind } from '../media/stored-media.ts'
export {
  type DecodeOptions,
  readImageMetadata,
  type TransformedImage,
  type TransformOptions,
  transformImage,
} from '../media/transform-image.ts'
