import { CellarError } from '../../errors/cellar-error.ts'
import { giveChunkBuffer, takeChunkBuffer } from '../../util/chunk-buffers.ts'
import { type FileCalls, WAITING_CALLS } from '../local/file-calls.ts'
import { errorCodeOf } from '../local/storage-error.ts'

/**
 * The content of a regular file. A chunk is valid until the next one is asked for: the buffer is used again.
 *
 * @throws MEDIA_UNREADABLE
 */
export async function* fileChunks(path: string, calls = WAITING_CALLS): AsyncGenerator<Uint8Array> {
  const { file, size } = await openRegular(path, calls)
  const buffer = takeChunkBuffer()
  try {
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null).catch((error: unknown) => {
        throw unreadable(path, error)
      })
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
      // The end, unless the file is growing.
      if (position === size && bytesRead < buffer.length) return
    }
  } finally {
    giveChunkBuffer(buffer)
    await file.close()
  }
}

/** Asks before opening: opening a pipe or a device would wait or have effects. */
async function openRegular(path: string, calls: FileCalls) {
  try {
    const facts = await calls.stat(path)
    if (!facts.isFile()) throw new CellarError('MEDIA_UNREADABLE', { input: path, reason: 'it is not a file' })
    return { file: await calls.open(path, 'r'), size: facts.size }
  } catch (error) {
    throw unreadable(path, error)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'access is denied',
  EPERM: 'access is denied',
}

function unreadable(path: string, error: unknown): unknown {
  if (error instanceof CellarError) return error
  const code = errorCodeOf(error) ?? 'unknown'
  return new CellarError('MEDIA_UNREADABLE', { input: path, reason: REASONS[code] ?? code }, { cause: error })
}
