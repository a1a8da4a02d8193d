import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { Sharp } from 'sharp'
import { DecoderError, type DecoderJobs } from './decoder-job.ts'
import type { ImageFormat, ImageOperation, ImageOutput } from './image-operation.ts'
import { loadSharp } from './load-sharp.ts'
import { openImage, type Strictness, toDecoderError, tolerant } from './open-image.ts'

type Job = DecoderJobs['transform-image']

const TRANSPARENT = { r: 0, g: 0, b: 0, alpha: 0 }
const KEPT: Readonly<Record<string, ImageFormat>> = { jpg: 'jpeg', png: 'png', webp: 'webp' }

export async function transformImageJob(input: Job['input']): Promise<Job['result']> {
  const { data, format, width, height } = await tolerant((strictness) => transform(input, strictness))
  const result = { format, width, height, bytes: data.length, sha256: sha256(data) }
  if (input.to === undefined) return { ...result, data }
  writeFileSync(input.to, data, { flag: 'wx' })
  return result
}

async function transform(input: Job['input'], strictness: Strictness) {
  const { image: opened, ext } = await openImage(input.source, { maxPixels: input.maxPixels, strictness })
  try {
    const format = input.output.format ?? KEPT[ext] ?? 'png'
    const image = await applyAll(opened, { ...input, format })
    const { data, info } = await encode(image, format, input.output).toBuffer({ resolveWithObject: true })
    return { data, format, width: info.width, height: info.height }
  } catch (error) {
    throw toDecoderError(error, ext)
  }
}

interface Steps {
  readonly operations: readonly ImageOperation[]
  readonly maxPixels: number
  readonly format: ImageFormat
}

/** A pipeline has one place for each kind of step, so every step but the first works on the pixels of the one before. */
async function applyAll(opened: Sharp, { operations, maxPixels, format }: Steps): Promise<Sharp> {
  const sharp = await loadSharp()
  let image = opened
  for (const [index, operation] of operations.entries()) {
    if (index > 0) {
      const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
      const { width, height, channels } = info
      image = sharp(data, { raw: { width, height, channels }, limitInputPixels: maxPixels })
    }
    image = await apply(image, operation, format)
  }
  return image
}

async function apply(image: Sharp, operation: ImageOperation, format: ImageFormat): Promise<Sharp> {
  switch (operation.kind) {
    case 'resize': {
      const { width, height, fit = 'fill', enlarge = true } = operation
      const size = { ...(width && { width }), ...(height && { height }) }
      // `fill` would leave the side that is not given as it is.
      const shape = width && height ? { fit } : {}
      return image.resize({ ...size, ...shape, withoutEnlargement: !enlarge })
    }
    case 'crop':
      return crop(image, operation)
    case 'rotate':
      return image.rotate(operation.degrees, { background: format === 'jpeg' ? 'white' : TRANSPARENT })
    case 'grayscale':
      return image.grayscale()
    case 'blur':
      return image.blur(operation.sigma)
  }
}

async function crop(image: Sharp, { left, top, width, height }: ImageOperation & { kind: 'crop' }): Promise<Sharp> {
  const facts = await image.metadata()
  if (left + width > facts.autoOrient.width || top + height > facts.autoOrient.height)
    throw new DecoderError('INVALID_VALUE', {
      subject: 'The area to crop',
      reason: `it reaches beyond the image of ${facts.autoOrient.width} x ${facts.autoOrient.height} pixels`,
    })
  return image.extract({ left, top, width, height })
}

function encode(image: Sharp, format: ImageFormat, { quality }: ImageOutput): Sharp {
  const lossy = quality === undefined ? {} : { quality }
  switch (format) {
    case 'jpeg':
      return image.flatten({ background: 'white' }).jpeg(lossy)
    case 'png':
      return image.png()
    case 'webp':
      return image.webp(lossy)
    case 'avif':
      return image.avif(lossy)
    case 'gif':
      return image.gif()
    case 'tiff':
      return image.tiff(lossy)
  }
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
