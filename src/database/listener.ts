import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Subscription } from './database.ts'
import { toDatabaseError } from './database-error.ts'
import { quoteIdentifier } from './identifier.ts'

type ListeningClient = pg.Client & { ref(): void; unref(): void }
type Handler = (payload: string) => void

/** Milliseconds between attempts to reconnect, doubled each time. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5000

/** LISTEN on a connection of its own, which is made with the first channel and made again when it is lost. */
export class Listener {
  readonly #create: () => Promise<pg.Client>
  readonly #onNotice: ((message: string) => void) | undefined
  readonly #handlers = new Map<string, Set<Handler>>()
  #client: Promise<ListeningClient> | undefined
  #commands: Promise<void> = Promise.resolve()
  readonly #stop = new AbortController()

  constructor(create: () => Promise<pg.Client>, onNotice?: (message: string) => void) {
    this.#create = create
    this.#onNotice = onNotice
  }

  async listen(channel: string, handler: Handler): Promise<Subscription> {
    const handlers = this.#handlers.get(channel) ?? new Set()
    this.#handlers.set(channel, handlers.add(handler))
    try {
      await this.#command(await this.#connected(), `listen ${quoteIdentifier(channel)}`)
    } catch (error) {
      this.#remove(channel, handler)
      throw toDatabaseError(error)
    }
    return { close: () => this.#unlisten(channel, handler) }
  }

  async #unlisten(channel: string, handler: Handler): Promise<void> {
    if (!this.#remove(channel, handler) || this.#client === undefined || this.#stop.signal.aborted) return
    const client = await this.#client.catch(() => undefined)
    if (client === undefined || this.#handlers.has(channel)) return
    await this.#command(client, `unlisten ${quoteIdentifier(channel)}`).catch(() => {})
  }

  /** True when it was the last of its channel. */
  #remove(channel: string, handler: Handler): boolean {
    const handlers = this.#handlers.get(channel)
    handlers?.delete(handler)
    return handlers?.size === 0 && this.#handlers.delete(channel)
  }

  #connected(): Promise<ListeningClient> {
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = undefined
      throw error
    })
    return this.#client
  }

  async #connect(): Promise<ListeningClient> {
    // `ref` and `unref` are missing in the published types.
    const client = (await this.#create()) as ListeningClient
    client.on('notification', ({ channel, payload }) => {
      for (const handler of [...(this.#handlers.get(channel) ?? [])]) handler(payload ?? '')
    })
    client.on('error', () => {})
    await client.connect()
    client.once('end', () => this.#lost())
    return client
  }

  #lost(): void {
    this.#client = undefined
    if (this.#stop.signal.aborted || this.#handlers.size === 0) return
    this.#onNotice?.('The connection for notifications was lost.')
    this.#reconnect().catch(() => {})
  }

  async #reconnect(): Promise<void> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      await delay(pause, undefined, { signal: this.#stop.signal, ref: false })
      try {
        const client = await this.#connected()
        for (const channel of this.#handlers.keys()) await this.#command(client, `listen ${quoteIdentifier(channel)}`)
        break
      } catch {
        // Tried again after a longer pause.
      }
    }
    for (const handlers of this.#handlers.values()) for (const handler of [...handlers]) handler('')
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#handlers.clear()
    const client = await this.#client?.catch(() => undefined)
    await client?.end().catch(() => {})
  }

  /** One after the other. Waiting for notifications does not keep the process alive; a command does. */
  #command(client: ListeningClient, sql: string): Promise<void> {
    const run = async () => {
      client.ref()
      try {
        await client.query(sql)
      } finally {
        client.unref()
      }
    }
    const done = this.#commands.then(run)
    this.#commands = done.catch(() => {})
    return done
  }
}
