import type { Sharp, SharpOptions } from 'sharp'
import { DecoderError } from './decoder-job.ts'

export type SharpFactory = (input: string | Uint8Array, options: SharpOptions) => Sharp

/** Formats whose decoders are made for the open internet. */
const TRUSTED_LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff', 'Svg'].map((name) => `VipsForeignLoad${name}`)

let loading: Promise<SharpFactory> | undefined

/** The only place that imports sharp, and only decoder children call it. */
export function loadSharp(): Promise<SharpFactory> {
  loading ??= importSharp()
  return loading
}

async function importSharp(): Promise<SharpFactory> {
  const { default: sharp } = await import('sharp').catch((error: unknown) => {
    throw new DecoderError(
      'OPTIONAL_DEPENDENCY_MISSING',
      { feature: 'Decoding images', package: 'sharp' },
      { cause: error },
    )
  })
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: TRUSTED_LOADERS })
  // Images are decoded once; what a cache holds would count against the memory limit.
  sharp.cache(false)
  sharp.concurrency(Number(process.env.CELLAR_DECODER_THREADS ?? 1))
  return sharp
}
