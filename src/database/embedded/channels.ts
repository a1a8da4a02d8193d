import { Buffer } from 'node:buffer'
import { frames, MESSAGE } from './frames.ts'

export interface Notification {
  readonly channel: string
  readonly payload: string
  /** The message as it came. */
  readonly bytes: Uint8Array
}

export type NotificationHandler = (notification: Notification) => void

/** Who in this process and at its door listens to what. Postgres knows one session only, so it tells everything to the one who asks next. */
export class Channels {
  readonly #handlers = new Map<string, Set<NotificationHandler>>()

  /** True when Postgres has to be told. */
  add(channel: string, handler: NotificationHandler): boolean {
    const handlers = this.#handlers.get(channel)
    this.#handlers.set(channel, (handlers ?? new Set()).add(handler))
    return handlers === undefined
  }

  /** True when it was the last of its channel. */
  remove(channel: string, handler: NotificationHandler): boolean {
    const handlers = this.#handlers.get(channel)
    handlers?.delete(handler)
    return handlers?.size === 0 && this.#handlers.delete(channel)
  }

  get names(): readonly string[] {
    return [...this.#handlers.keys()]
  }

  /** The answer without its notifications, which go to the handlers. */
  filter(answer: Uint8Array): Uint8Array {
    if (this.#handlers.size === 0) return answer
    const kept: Uint8Array[] = []
    let from = 0
    for (const { type, start, end } of frames(answer)) {
      if (type !== MESSAGE.notification) continue
      kept.push(answer.subarray(from, start))
      from = end
      this.#dispatch(answer.slice(start, end))
    }
    if (from === 0) return answer
    return Buffer.concat([...kept, answer.subarray(from)])
  }

  #dispatch(bytes: Uint8Array): void {
    const [channel = '', payload = ''] = Buffer.from(bytes.subarray(9)).toString().split('\0')
    for (const handler of [...(this.#handlers.get(channel) ?? [])])
      queueMicrotask(() => handler({ channel, payload, bytes }))
  }
}
