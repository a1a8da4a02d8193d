import { rm } from 'node:fs/promises'
import type { DecoderPool } from './decode/decoder-pool.ts'
import { defaultPool } from './decode/default-pool.ts'
import type { ImageFormat, ImageMetadata, ImageOperation, ImageOutput } from './decode/image-operation.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { rememberContent } from './local/known-content.ts'

export interface DecodeOptions {
  readonly signal?: AbortSignal | undefined
  /** Width times height that is decoded at most. @default 268_402_689 */
  readonly maxPixels?: number
  /** @internal */
  readonly pool?: DecoderPool
}

export interface TransformOptions extends ImageOutput, DecodeOptions {
  /** A path to write to, which must not exist; without it the bytes come back. */
  readonly to?: string
}

export interface TransformedImage {
  readonly format: ImageFormat
  readonly width: number
  readonly height: number
  readonly bytes: number
  /** The path that was asked for, or the bytes. */
  readonly output: string | Uint8Array
}

/**
 * Decodes an image, applies the operations in their order and encodes the result, in a child process that a hostile image can crash
 * or stall without harm. EXIF orientation is applied first; other metadata are dropped.
 *
 * @throws MEDIA_DECODE_FAILED, MEDIA_DECODE_LIMIT, MEDIA_UNSUPPORTED, OPTIONAL_DEPENDENCY_MISSING, INVALID_VALUE, ABORTED
 */
export async function transformImage(
  source: string | Uint8Array,
  operations: readonly ImageOperation[],
  options: TransformOptions = {},
): Promise<TransformedImage> {
  const { format, quality, to, maxPixels = DEFAULT_LIMITS.pixels, pool = defaultPool() } = options
  const output = { ...(format && { format }), ...(quality !== undefined && { quality }) }
  const job = { source, operations, output, maxPixels, ...(to !== undefined && { to }) }
  const result = await pool.run('transform-image', job, options.signal).catch(async (error: unknown) => {
    if (to !== undefined) await rm(to, { force: true })
    throw error
  })
  if (to !== undefined) rememberContent(to, { sha256: result.sha256, bytes: result.bytes, isText: false })
  const { width, height, bytes } = result
  return { format: result.format, width, height, bytes, output: to ?? result.data ?? new Uint8Array() }
}

/** What the decoder says of an image, in a child process as well. */
export function readImageMetadata(source: string | Uint8Array, options: DecodeOptions = {}): Promise<ImageMetadata> {
  const { maxPixels = DEFAULT_LIMITS.pixels, pool = defaultPool(), signal } = options
  return pool.run('image-metadata', { source, maxPixels }, signal)
}
