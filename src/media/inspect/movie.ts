import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'
import { isoBoxes } from './iso-boxes.ts'

/** MP4, MOV and M4A: every box must lie inside the file, and one must describe the tracks. */
export async function inspectMovie(source: ByteSource, format: string): Promise<MediaFacts> {
  let hasMovie = false
  for await (const box of isoBoxes(source)) {
    if (box.end > source.size) throw damaged(format, CUT_OFF)
    hasMovie ||= box.type === 'moov'
  }
  if (!hasMovie) throw damaged(format, 'it has no description of its tracks')
  return {}
}
