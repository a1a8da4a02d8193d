import type { ByteSource } from '../byte-source.ts'
import { findBox, isoBoxes } from '../inspect/iso-boxes.ts'

/** A file that has sound tracks and no picture is audio. */
export async function sniffIsoMedia(source: ByteSource, container: 'mp4' | 'mov'): Promise<string> {
  const handlers = await trackHandlers(source)
  return handlers.has('soun') && !handlers.has('vide') ? 'm4a' : container
}

async function trackHandlers(source: ByteSource): Promise<ReadonlySet<string>> {
  const handlers = new Set<string>()
  const movie = await findBox(source, ['moov'])
  if (!movie) return handlers
  for await (const track of isoBoxes(source, movie.content, movie.end)) {
    if (track.type !== 'trak') continue
    const handler = await findBox(source, ['mdia', 'hdlr'], track.content, track.end)
    if (handler) handlers.add((await source.read(handler.content + 8, 4)).toString('latin1'))
  }
  return handlers
}
