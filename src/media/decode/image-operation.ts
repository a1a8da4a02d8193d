export const IMAGE_FITS = Object.freeze(['cover', 'contain', 'fill', 'inside', 'outside'] as const)

/** How an image fills a box of another shape; the words are those of CSS `object-fit`, `outside` covers the box and keeps all. */
export type ImageFit = (typeof IMAGE_FITS)[number]

export const IMAGE_FORMATS = Object.freeze(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)

/** Formats that can be written. */
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

/** One step; steps run in the order given, on the image as it is displayed. */
export type ImageOperation =
  | {
      readonly kind: 'resize'
      /** Pixels. With one of both the shape is kept. */
      readonly width?: number
      readonly height?: number
      /** @default 'fill' */
      readonly fit?: ImageFit
      /** Whether the image may get bigger than it is. @default true */
      readonly enlarge?: boolean
    }
  | {
      readonly kind: 'crop'
      readonly left: number
      readonly top: number
      readonly width: number
      readonly height: number
    }
  /** Clockwise. Corners that an oblique turn leaves are transparent, or black in formats without transparency. */
  | { readonly kind: 'rotate'; readonly degrees: number }
  | { readonly kind: 'grayscale' }
  /** `sigma` of the Gaussian mask, 0.3 to 1000. */
  | { readonly kind: 'blur'; readonly sigma: number }

export interface ImageOutput {
  /** @default the format of the input when it is JPEG, PNG or WebP, else PNG */
  readonly format?: ImageFormat
  /** 1 to 100; formats without loss ignore it. @default 80, for AVIF 50 */
  readonly quality?: number
}

/** What the decoder says of an image, as displayed. */
export interface ImageMetadata {
  readonly format: string
  readonly width: number
  readonly height: number
  /** Colour space, for example `srgb` or `b-w`. */
  readonly space: string
  readonly channels: number
  readonly depth: string
  readonly hasAlpha: boolean
  /** Frames of an animation, pages of a document; 1 for one picture. */
  readonly pages: number
  /** Pixels per inch; many decoders say 72 where the file says nothing. */
  readonly density: number | null
  /** EXIF orientation, 1 to 8, which width and height respect. */
  readonly orientation: number
}
