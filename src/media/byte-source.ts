/** Bytes that can be read at any place. */
export interface ByteSource {
  readonly size: number
  /** Fewer bytes than asked for only at the end. */
  read(offset: number, length: number): Promise<Buffer>
}

export function bytesSource(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) }
}

/** As much of an open file as reading it needs. */
interface ReadableFile {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>
}

const WINDOW = 16 * 1024

/** Reads through one window, so that walking over small structures costs few system calls. */
export function fileSource(file: ReadableFile, size: number): ByteSource {
  let window: Buffer = Buffer.alloc(0)
  let start = 0
  return {
    size,
    async read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset))
      if (offset >= start && offset + wanted <= start + window.length)
        return window.subarray(offset - start, offset - start + wanted)
      const bytes = await readAt(file, offset, Math.min(Math.max(wanted, WINDOW), size - offset))
      if (wanted <= WINDOW) {
        window = bytes
        start = offset
      }
      return bytes.subarray(0, wanted)
    },
  }
}

async function readAt(file: ReadableFile, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, length))
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
