import { type FileHandle, open } from 'node:fs/promises'
import { CellarError } from '../../errors/cellar-error.ts'
import type { MediaBytes, MediaPart } from '../media-store.ts'
import { unlessMissing } from './storage-error.ts'

/** What is held of a file at a time. */
const PIECE = 256 * 1024

/** A part of a file, which stays open until all of it was read or nobody wants more; undefined when there is no file. */
export async function readPart(path: string, { start, end }: MediaPart): Promise<MediaBytes | undefined> {
  const file = await unlessMissing(open(path, 'r'))
  if (file === undefined) return undefined
  const length = end - start + 1
  if (length > PIECE) return streamPart(file, { start, end })
  try {
    return await readAt(file, start, length)
  } finally {
    await file.close()
  }
}

/** By hand and not with `Readable.toWeb`, which copies all that it passes on. */
function streamPart(file: FileHandle, { start, end }: MediaPart): ReadableStream<Uint8Array> {
  let next = start
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const bytes = await readAt(file, next, Math.min(PIECE, end - next + 1))
        next += bytes.length
        controller.enqueue(bytes)
        if (next <= end) return
        controller.close()
        await file.close()
      } catch (error) {
        await file.close()
        throw error
      }
    },
    // The handle waits for a read that is under way.
    cancel: () => file.close(),
  })
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw shortened(length - done)
    done += bytesRead
  }
  return bytes
}

const shortened = (missing: number) =>
  new CellarError('INTERNAL', {}, { cause: new Error(`A stored file was shortened: ${missing} bytes are missing`) })
