/**
 * Functions on images, for computed columns and queries. They need the package `sharp`, which decodes in processes of its own;
 * `width` and `height` read the header and need nothing.
 *
 * The result keeps JPEG, PNG and WebP and is PNG for everything else, unless a `format` is asked for. EXIF orientation is
 * applied, other metadata are dropped.
 *
 * @example
 * import { thumbnail } from 'cellar/functions/image'
 * defineTable('photos', { photo: t.image() })
 *   .computed('thumb', (c) => thumbnail(c.photo, { width: 320, height: 320 }))
 *
 * @module
 */
export { blur } from './image/blur.ts'
export { convert } from './image/convert.ts'
export { type CropOptions, crop } from './image/crop.ts'
export { grayscale } from './image/grayscale.ts'
export type { ImageArgument } from './image/image-argument.ts'
export { metadata } from './image/metadata.ts'
export { type ResizeOptions, resize } from './image/resize.ts'
export { rotate } from './image/rotate.ts'
export { height, width } from './image/size.ts'
export { type ThumbnailOptions, thumbnail } from './image/thumbnail.ts'
export { toDataUrl } from './image/to-data-url.ts'
