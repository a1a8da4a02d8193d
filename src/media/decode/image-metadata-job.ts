import type { DecoderJobs } from './decoder-job.ts'
import { openImage, toDecoderError } from './open-image.ts'

type Job = DecoderJobs['image-metadata']

export async function imageMetadataJob(input: Job['input']): Promise<Job['result']> {
  const { image, ext } = await openImage(input.source, { maxPixels: input.maxPixels, strictness: 'error' })
  try {
    const facts = await image.metadata()
    return {
      format: facts.format,
      width: facts.autoOrient.width,
      height: facts.autoOrient.height,
      space: facts.space,
      channels: facts.channels,
      depth: facts.depth,
      hasAlpha: facts.hasAlpha,
      pages: facts.pages ?? 1,
      density: facts.density ?? null,
      orientation: facts.orientation ?? 1,
    }
  } catch (error) {
    throw toDecoderError(error, ext)
  }
}
