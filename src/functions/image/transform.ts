import { type FunctionContext, type Media, t } from 'cellar'
import { type ImageFormat, type ImageOperation, transformImage } from 'cellar/media'

/** Arguments that all functions take whose result is an image. */
export const IMAGE_ARGUMENTS = {
  image: t.image(),
  format: t.string().nullable(),
  quality: t.int().nullable(),
}

export interface ImageRun {
  readonly image: Media<'image'>
  readonly format: string | null
  readonly quality: number | null
}

/** The changed image as a file that the store takes over. */
export async function transformed(
  { image, format, quality }: ImageRun,
  operations: readonly ImageOperation[],
  { media, signal }: FunctionContext,
): Promise<string> {
  const to = await media.scratch()
  // The wrapper functions checked the name of the format.
  const output = { ...(format !== null && { format: format as ImageFormat }), ...(quality !== null && { quality }) }
  await transformImage(await media.path(image), operations, { ...output, to, signal })
  return to
}
