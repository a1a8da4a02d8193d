import { bytesSource } from '../byte-source.ts'
import { readTiff } from './tiff.ts'

const EXIF = 'Exif\0\0'

/** The orientation in EXIF data, with or without its JPEG prefix. Broken EXIF data says nothing: viewers ignore it as well. */
export async function exifOrientation(data: Buffer): Promise<number | undefined> {
  const start = data.toString('latin1', 0, EXIF.length) === EXIF ? EXIF.length : 0
  try {
    return (await readTiff(bytesSource(data.subarray(start)))).orientation
  } catch {
    return undefined
  }
}
