import type { MediaFacts } from '../stored-media.ts'
import { damaged, NO_SIZE } from './damaged.ts'

/** Facts of an image from its stored size and its EXIF orientation: 5 to 8 are turned by a quarter. */
export function imageFacts(format: string, width: number, height: number, orientation?: number): MediaFacts {
  if (!(width > 0 && height > 0)) throw damaged(format, NO_SIZE)
  if (orientation === undefined || orientation < 2 || orientation > 8) return { width, height }
  return orientation >= 5 ? { width: height, height: width, orientation } : { width, height, orientation }
}
