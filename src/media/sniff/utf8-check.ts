import { isUtf8 } from 'node:buffer'

/** Watches a stream of bytes: is it text, that is valid UTF-8 without NUL? */
export class Utf8Check {
  #valid = true
  /** The start of a character whose rest is in the next chunk: at most three bytes. */
  #rest: Buffer = Buffer.alloc(0)

  add(chunk: Uint8Array): void {
    if (!this.#valid) return
    const bytes =
      this.#rest.length > 0
        ? Buffer.concat([this.#rest, chunk])
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const cut = bytes.length - unfinished(bytes)
    if (bytes.includes(0) || !isUtf8(bytes.subarray(0, cut))) this.#valid = false
    else this.#rest = Buffer.from(bytes.subarray(cut))
  }

  /** False as soon as something was not text. */
  get isPossible(): boolean {
    return this.#valid
  }

  /** The answer for everything that was added. */
  isText(): boolean {
    return this.#valid && this.#rest.length === 0
  }
}

/** How many bytes at the end begin a character that needs more bytes. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0b1100_0000) === 0b1000_0000) continue
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needs > back ? back : 0
  }
  return 0
}
