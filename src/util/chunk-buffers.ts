/** Small enough to stay in a core's cache between reading, hashing and writing it, large enough to make few system calls. */
const CHUNK_BYTES = 512 * 1024

/** More files than that are rarely read at once. */
const MOST_KEPT = 16

const kept: Buffer[] = []

/** A buffer of 512 KiB with old content. New ones for every file would make the garbage collection run all the time. */
export function takeChunkBuffer(): Buffer {
  return kept.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
}

/** Nobody uses the buffer any longer. */
export function giveChunkBuffer(buffer: Buffer): void {
  if (kept.length < MOST_KEPT) kept.push(buffer)
}
