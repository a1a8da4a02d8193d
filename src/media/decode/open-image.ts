import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import type { Sharp } from 'sharp'
import { HEAD_BYTES, sniffHead } from '../sniff/sniff.ts'
import { DecoderError } from './decoder-job.ts'
import { loadSharp } from './load-sharp.ts'

export interface OpenedImage {
  readonly image: Sharp
  /** The extension of its format. */
  readonly ext: string
}

/** What in the pixels counts as a failure; a warning can mean that most of them are missing. */
export type Strictness = 'warning' | 'error'

export interface OpenImageOptions {
  readonly maxPixels: number
  readonly strictness: Strictness
}

/** Flaws that cameras and editors write and that no viewer shows. */
const HARMLESS = /Invalid SOS parameters|extraneous bytes before marker|Unknown Adobe color transform/

/** Takes warnings for failures, except harmless ones. */
export async function tolerant<T>(work: (strictness: Strictness) => Promise<T>): Promise<T> {
  try {
    return await work('warning')
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (cause instanceof Error && HARMLESS.test(cause.message)) return work('error')
    throw error
  }
}

/** Opens an image upright. Nothing is decoded yet. */
export async function openImage(source: string | Uint8Array, options: OpenImageOptions): Promise<OpenedImage> {
  const ext = sniffHead(readHead(source)) ?? 'bin'
  // A drawing that is given as bytes has no folder, so it cannot include files of ours.
  const input = ext === 'svg' && typeof source === 'string' ? readFileSync(source) : source
  const sharp = await loadSharp()
  const { maxPixels: limitInputPixels, strictness: failOn } = options
  const image = sharp(input, { limitInputPixels, failOn, autoOrient: true })
  return { image, ext }
}

/** A decoder has one job at a time, so it may wait for the disk itself: asking another thread to takes longer. */
function readHead(source: string | Uint8Array): Buffer {
  if (typeof source !== 'string') return Buffer.from(source.subarray(0, HEAD_BYTES))
  const file = openSync(source, 'r')
  try {
    const buffer = Buffer.alloc(HEAD_BYTES)
    return buffer.subarray(0, readSync(file, buffer, 0, HEAD_BYTES, 0))
  } finally {
    closeSync(file)
  }
}

/** What libvips says, without paths and in terms of codes. */
export function toDecoderError(error: unknown, ext: string): unknown {
  if (error instanceof DecoderError || !(error instanceof Error)) return error
  const reason = (error.message.split('\n')[0] ?? '').replaceAll(/(?:[A-Za-z]:)?[/\\][^\s:'"]+/g, 'the file')
  if (/exceeds pixel limit/i.test(reason))
    return new DecoderError('MEDIA_DECODE_LIMIT', { limit: 'the allowed pixels' }, { cause: error })
  if (/unsupported image format|no known loader|support for this compression|operation is blocked/i.test(reason))
    return new DecoderError('MEDIA_UNSUPPORTED', { format: ext, reason }, { cause: error })
  return new DecoderError('MEDIA_DECODE_FAILED', { reason }, { cause: error })
}
