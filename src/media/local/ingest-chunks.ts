import { untilAborted } from '../source/stream-chunks.ts'
import type { StoredMedia } from '../stored-media.ts'
import type { Upload } from './upload.ts'

/** Stores what an upload is given, or nothing. */
export async function ingestChunks(
  upload: Upload,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<StoredMedia> {
  try {
    for await (const chunk of Symbol.asyncIterator in chunks ? untilAborted(chunks, signal) : chunks)
      await upload.write(chunk)
    return await upload.finish()
  } catch (error) {
    await upload.abort()
    throw error
  }
}
