import { Buffer } from 'node:buffer'
import { MESSAGE } from './frames.ts'

/** A larger message can only be a mistake: Postgres takes no more than 1 GB. */
const LARGEST = 0x3fffffff

export class ProtocolFault extends RangeError {}

/** Cuts what a client sends into batches: messages up to the one after which it waits for an answer. */
export class Batches {
  #pieces: Uint8Array[] = []
  #length = 0
  /** How far the pieces were looked at: the start of the next message. */
  #next = 0

  push(piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#length += piece.length
  }

  /** The first message of a connection, which has no type. */
  takeStartup(): Buffer<ArrayBuffer> | undefined {
    const length = this.#int32(0)
    if (length === undefined) return undefined
    if (length < 8 || length > 10_000) throw new ProtocolFault(`A startup message of ${length} bytes`)
    return this.#length < length ? undefined : this.#take(length)
  }

  /** @throws ProtocolFault */
  take(): Buffer<ArrayBuffer> | undefined {
    for (;;) {
      const length = this.#int32(this.#next + 1)
      if (length === undefined) return undefined
      if (length < 4 || length > LARGEST) throw new ProtocolFault(`A message of ${length} bytes`)
      const end = this.#next + 1 + length
      if (this.#length < end) return undefined
      const type = this.#byte(this.#next)
      this.#next = end
      if (endsBatch(type)) return this.#take(end)
    }
  }

  #int32(at: number): number | undefined {
    if (this.#length < at + 4) return undefined
    return (this.#byte(at) << 24) | (this.#byte(at + 1) << 16) | (this.#byte(at + 2) << 8) | this.#byte(at + 3)
  }

  #byte(at: number): number {
    let offset = at
    for (const piece of this.#pieces) {
      if (offset < piece.length) return piece[offset] ?? 0
      offset -= piece.length
    }
    return 0
  }

  /** A copy with a buffer of its own, which can be given to the worker. */
  #take(length: number): Buffer<ArrayBuffer> {
    const batch = Buffer.allocUnsafeSlow(length)
    let at = 0
    while (at < length) {
      const piece = this.#pieces[0] ?? new Uint8Array(0)
      const part = piece.subarray(0, length - at)
      batch.set(part, at)
      at += part.length
      if (part.length === piece.length) this.#pieces.shift()
      else this.#pieces[0] = piece.subarray(part.length)
    }
    this.#length -= length
    this.#next = 0
    return batch
  }
}

function endsBatch(type: number): boolean {
  return type === MESSAGE.sync || type === MESSAGE.query || type === MESSAGE.flush || type === MESSAGE.terminate
}
