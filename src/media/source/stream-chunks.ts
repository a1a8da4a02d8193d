import { CellarError, isCellarError } from '../../errors/cellar-error.ts'

/**
 * The chunks of a stream that somebody gave us. Ending the iteration cancels the stream.
 *
 * @throws MEDIA_UNREADABLE when the stream fails, INVALID_VALUE when it is in use or yields something else than bytes
 */
export async function* streamChunks(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) {
      if (!(chunk instanceof Uint8Array))
        throw new CellarError('INVALID_VALUE', { subject: 'The stream', reason: 'it yields something else than bytes' })
      yield chunk
    }
  } catch (error) {
    if (isCellarError(error)) throw error
    if (error instanceof TypeError)
      throw new CellarError('INVALID_VALUE', { subject: 'The stream', reason: 'it cannot be read' }, { cause: error })
    const reason = error instanceof Error ? error.message : String(error)
    throw new CellarError('MEDIA_UNREADABLE', { input: 'The stream', reason }, { cause: error })
  }
}

/** Ends at once when the signal is aborted, also while the next chunk is being waited for. */
export async function* untilAborted<T>(chunks: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  if (!signal) return yield* chunks
  const iterator = chunks[Symbol.asyncIterator]()
  const aborted = Promise.withResolvers<never>()
  aborted.promise.catch(() => undefined)
  const onAbort = () => aborted.reject(new CellarError('ABORTED', { subject: 'Reading the content' }))
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  let isWaiting = false
  try {
    for (;;) {
      isWaiting = true
      const next = await Promise.race([iterator.next(), aborted.promise])
      isWaiting = false
      if (next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    const closing = iterator.return?.()
    // A source that waits for its next chunk ends when that has come; nobody waits for it.
    if (isWaiting) closing?.catch(() => undefined)
    else await closing
  }
}
