const KEPT = 64 * 1024

/** Collects the pieces of an answer. Small answers are cut out of a buffer that is kept; large ones are given away with their buffer. */
export class OutputBuffer {
  #bytes = new Uint8Array(KEPT)
  #length = 0

  append(piece: Uint8Array): void {
    const needed = this.#length + piece.length
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(piece, this.#length)
    this.#length = needed
  }

  take(): { bytes: ArrayBuffer; length: number } {
    const length = this.#length
    this.#length = 0
    if (this.#bytes.length === KEPT) return { bytes: this.#bytes.buffer.slice(0, length), length }
    const bytes = this.#bytes.buffer
    this.#bytes = new Uint8Array(KEPT)
    return { bytes, length }
  }
}
