import { Buffer } from 'node:buffer'
import { frame, frames, MESSAGE } from './frames.ts'

const STATEMENT = 0x53

/** Renames the prepared statements of one client, since all share a session, and closes them when it leaves. */
export class StatementNames {
  readonly #prefix: Buffer
  readonly #open = new Set<string>()

  constructor(prefix: string) {
    this.#prefix = Buffer.from(prefix)
  }

  rename(batch: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
    const parts: Buffer[] = []
    let from = 0
    for (const { type, start, end } of frames(batch)) {
      const at = nameOffset(batch, type, start)
      if (at === undefined || batch[at] === 0) continue
      this.#note(type, batch.toString('utf8', at, batch.indexOf(0, at)))
      const renamed = frame(type, batch.subarray(start + 5, at), this.#prefix, batch.subarray(at, end))
      parts.push(batch.subarray(from, start), renamed)
      from = end
    }
    return from === 0 ? batch : concat([...parts, batch.subarray(from)])
  }

  #note(type: number, name: string): void {
    if (type === MESSAGE.parse) this.#open.add(name)
    else if (type === MESSAGE.close) this.#open.delete(name)
  }

  /** The batch that closes them all. */
  closeAll(): Buffer<ArrayBuffer> | undefined {
    if (this.#open.size === 0) return undefined
    const kind = new Uint8Array([STATEMENT])
    const closes = [...this.#open].map((name) => frame(MESSAGE.close, kind, this.#prefix, name))
    this.#open.clear()
    return concat([...closes, frame(MESSAGE.sync)])
  }
}

/** Where the name of a statement starts in a message that has one. */
function nameOffset(batch: Buffer, type: number, start: number): number | undefined {
  if (type === MESSAGE.parse) return start + 5
  if (type === MESSAGE.bind) return batch.indexOf(0, start + 5) + 1
  if (type !== MESSAGE.describe && type !== MESSAGE.close) return undefined
  return batch[start + 5] === STATEMENT ? start + 6 : undefined
}

/** With a buffer of its own, which can be given to the worker. */
function concat(parts: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const whole = Buffer.allocUnsafeSlow(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
