import type { Buffer } from 'node:buffer'
import { quoteIdentifier } from '../identifier.ts'
import { Semaphore } from '../semaphore.ts'
import type { Backend } from './backend.ts'
import { Channels, type NotificationHandler } from './channels.ts'
import { queryMessage } from './frames.ts'
import { Maintenance } from './maintenance.ts'

/**
 * The one Postgres session of an embedded home, shared out by unit. A unit is a batch of messages up to the ReadyForQuery outside a
 * transaction, so a statement or a whole transaction. Whoever has the turn is alone with the session until then.
 */
export class Host {
  readonly backend: Backend
  readonly #turns = new Semaphore(1)
  readonly #channels = new Channels()
  readonly #maintenance = new Maintenance({
    inTurn: (body) => this.#inTurn(() => body((batch) => this.run(batch))),
    contended: () => this.#turns.waiting > 0,
  })

  constructor(backend: Backend) {
    this.backend = backend
  }

  /** Waits for the turn. */
  async enter(): Promise<void> {
    await this.#turns.acquire()
  }

  leave(): void {
    this.#turns.release()
    this.#maintenance.unitDone()
  }

  /** For good: waits for the turn, which nobody gets any more. */
  async close(): Promise<void> {
    this.#maintenance.stop()
    await this.enter()
  }

  /** In the turn only. */
  async run(batch: Buffer<ArrayBuffer>): Promise<Uint8Array> {
    return this.#channels.filter(await this.backend.run(batch))
  }

  async #inTurn(body: () => Promise<void>): Promise<void> {
    await this.enter()
    try {
      await body()
    } finally {
      this.leave()
    }
  }

  /** Starts Postgres where it is not running, and removes whatever an earlier client left in the session. */
  reset(): Promise<void> {
    return this.#inTurn(async () => {
      await this.backend.start()
      await this.run(queryMessage('ROLLBACK'))
      await this.run(queryMessage('DISCARD ALL'))
      for (const channel of this.#channels.names) await this.run(listenMessage(channel))
    })
  }

  async listen(channel: string, handler: NotificationHandler): Promise<void> {
    if (!this.#channels.add(channel, handler)) return
    await this.#inTurn(async () => {
      await this.run(listenMessage(channel))
    })
  }

  async unlisten(channel: string, handler: NotificationHandler): Promise<void> {
    if (!this.#channels.remove(channel, handler)) return
    await this.#inTurn(async () => {
      if (!this.#channels.names.includes(channel)) await this.run(queryMessage(`unlisten ${quoteIdentifier(channel)}`))
    })
  }
}

const listenMessage = (channel: string) => queryMessage(`listen ${quoteIdentifier(channel)}`)
