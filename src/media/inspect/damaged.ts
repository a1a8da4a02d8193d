import { CellarError } from '../../errors/cellar-error.ts'

/** The error for content whose structure contradicts itself. */
export function damaged(format: string, reason: string): CellarError<'MEDIA_CORRUPT'> {
  return new CellarError('MEDIA_CORRUPT', { format, reason })
}

export const CUT_OFF = 'its end is missing'
export const NO_SIZE = 'its header has no usable size'
