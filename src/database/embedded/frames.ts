import { Buffer } from 'node:buffer'

/** Messages of the PostgreSQL protocol: a type byte, a length that counts itself, the content. The startup message has no type byte. */
export const MESSAGE = {
  bind: 0x42,
  close: 0x43,
  describe: 0x44,
  flush: 0x48,
  notification: 0x41,
  parse: 0x50,
  query: 0x51,
  readyForQuery: 0x5a,
  sync: 0x53,
  terminate: 0x58,
} as const

export type TransactionStatus = 'idle' | 'open' | 'failed'

const STATUS: Readonly<Record<number, TransactionStatus>> = { 73: 'idle', 84: 'open', 69: 'failed' }

/** The status in the ReadyForQuery that ends an answer; undefined when the answer ends otherwise. */
export function statusOf(answer: Uint8Array): TransactionStatus | undefined {
  const at = answer.length - 6
  return at >= 0 && answer[at] === MESSAGE.readyForQuery ? STATUS[answer[at + 5] ?? 0] : undefined
}

export function frame(type: number, ...content: readonly (Uint8Array | string | number)[]): Buffer<ArrayBuffer> {
  const parts = content.map(toBytes)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const bytes = Buffer.allocUnsafeSlow(5 + length)
  bytes[0] = type
  bytes.writeInt32BE(4 + length, 1)
  let at = 5
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Texts are zero-terminated, numbers 32 bits. */
function toBytes(part: Uint8Array | string | number): Uint8Array {
  if (typeof part === 'string') return Buffer.from(`${part}\0`)
  if (typeof part !== 'number') return part
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(part)
  return bytes
}

export const queryMessage = (sql: string): Buffer<ArrayBuffer> => frame(MESSAGE.query, sql)
export const syncMessage = (): Buffer<ArrayBuffer> => frame(MESSAGE.sync)

/** Fatal, so that clients take the connection for lost and make another. */
export function fatalMessage(code: string, message: string): Buffer<ArrayBuffer> {
  return frame(0x45, 'SFATAL', 'VFATAL', `C${code}`, `M${message}`, new Uint8Array(1))
}

/** Steps through the messages of complete bytes. */
export function* frames(bytes: Uint8Array): Generator<{ type: number; start: number; end: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let start = 0; start + 5 <= bytes.length; ) {
    const end = start + 1 + view.getInt32(start + 1)
    yield { type: bytes[start] ?? 0, start, end }
    start = end
  }
}
