import type pg from 'pg'

/** Milliseconds after which a connection that was not needed goes back to pg's pool. */
const KEPT = 500

/** `pg.Client` counts for the life of the process unless it is told otherwise; not in its published types. */
type Counted = pg.PoolClient & { ref(): void; unref(): void }

/**
 * Connections that were given back a moment ago, for whoever asks next: pg's pool sets two timers and waits a turn for
 * each that it lends, which is more than a statement by key takes in all. Those that nobody needs for a while go back
 * to the pool, which closes them in time.
 */
export class SpareClients {
  readonly #clients: Counted[] = []
  /** So many have not been needed since the last look. */
  #unneeded = 0
  #timer: NodeJS.Timeout | undefined

  /** The one that was used last. */
  take(): pg.PoolClient | undefined {
    const client = this.#clients.pop()
    this.#unneeded = Math.min(this.#unneeded, this.#clients.length)
    client?.ref()
    return client
  }

  give(client: pg.PoolClient): void {
    const counted = client as Counted
    counted.unref()
    this.#clients.push(counted)
    this.#timer ??= setInterval(() => this.#look(), KEPT).unref()
  }

  /** Gives all back to the pool. */
  clear(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const client of this.#clients.splice(0)) client.release()
  }

  #look(): void {
    for (const client of this.#clients.splice(0, this.#unneeded)) client.release()
    this.#unneeded = this.#clients.length
    if (this.#clients.length === 0) this.clear()
  }
}
