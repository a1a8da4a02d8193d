import type { ByteSource } from '../byte-source.ts'
import type { MediaType } from '../media-types.ts'
import { zipDirectory } from '../sniff/office.ts'
import type { MediaFacts } from '../stored-media.ts'
import { inspectBmp } from './bmp.ts'
import { CUT_OFF, damaged } from './damaged.ts'
import { inspectGif } from './gif.ts'
import { inspectHeif } from './heif.ts'
import { inspectJpeg } from './jpeg.ts'
import { inspectMatroska } from './matroska.ts'
import { inspectMovie } from './movie.ts'
import { inspectMp3 } from './mp3.ts'
import { inspectPng } from './png.ts'
import { inspectRiff } from './riff.ts'
import { inspectSvg } from './svg.ts'
import { inspectTiff } from './tiff.ts'
import { inspectWebp } from './webp.ts'

/** By extension. Each reads a few structures, never all of the content, and decodes nothing. */
const INSPECTORS: Readonly<Record<string, (source: ByteSource) => Promise<MediaFacts>>> = {
  jpg: inspectJpeg,
  png: inspectPng,
  webp: inspectWebp,
  gif: inspectGif,
  avif: (source) => inspectHeif(source, 'AVIF'),
  heic: (source) => inspectHeif(source, 'HEIC'),
  tiff: inspectTiff,
  bmp: inspectBmp,
  svg: inspectSvg,
  mp4: (source) => inspectMovie(source, 'MP4'),
  mov: (source) => inspectMovie(source, 'QuickTime'),
  m4a: (source) => inspectMovie(source, 'MPEG-4 audio'),
  webm: (source) => inspectMatroska(source, 'WebM'),
  weba: (source) => inspectMatroska(source, 'WebM'),
  mkv: (source) => inspectMatroska(source, 'Matroska'),
  mka: (source) => inspectMatroska(source, 'Matroska'),
  avi: (source) => inspectRiff(source, 'AVI'),
  wav: (source) => inspectRiff(source, 'WAV'),
  mp3: inspectMp3,
  zip: inspectZip,
}

/**
 * What the header says.
 *
 * @throws MEDIA_CORRUPT when the structure contradicts itself or its end is missing
 */
export async function inspect(source: ByteSource, type: MediaType): Promise<MediaFacts> {
  try {
    return (await INSPECTORS[type.ext]?.(withReadLimit(source, type))) ?? {}
  } catch (error) {
    // A length or an offset that points outside of what there is.
    if (error instanceof RangeError) throw damaged(type.mime, 'it points outside of itself')
    throw error
  }
}

/** Hostile files are made of endless tiny parts. */
const MOST_READS = 1_000_000

function withReadLimit(source: ByteSource, type: MediaType): ByteSource {
  let reads = 0
  return {
    size: source.size,
    async read(offset, length) {
      reads += 1
      if (reads > MOST_READS) throw damaged(type.mime, 'it is made of too many parts')
      return source.read(offset, length)
    },
  }
}

async function inspectZip(source: ByteSource): Promise<MediaFacts> {
  if (!(await zipDirectory(source))) throw damaged('ZIP', CUT_OFF)
  return {}
}
