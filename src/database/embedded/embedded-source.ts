import fs from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { CellarError } from '../../errors/cellar-error.ts'
import type { AcquireOptions, ConnectionSource, Lease } from '../connection-source.ts'
import type { DatabaseStats, Subscription } from '../database.ts'
import { toDatabaseError } from '../database-error.ts'
import { Listener } from '../listener.ts'
import { Semaphore } from '../semaphore.ts'
import { Connection } from '../wire/connection.ts'
import { type Access, DoorAccess, OwnerAccess } from './access.ts'
import { Backend } from './backend.ts'
import { claimHome } from './claim-home.ts'
import { Door } from './door.ts'
import { type HomePaths, prepareHome, readOwner } from './home-paths.ts'
import { Host } from './host.ts'

export interface EmbeddedOptions {
  readonly home: string
  readonly relaxed?: boolean
  readonly own?: boolean
  readonly onNotice?: (message: string) => void
}

/** How long a server waits for a home that a short command may hold: attempts and milliseconds between them. */
const OWN_ATTEMPTS = 10
const OWN_PAUSE = 150
/** How often a door that closed is tried again, or taken over. */
const ATTACH_ATTEMPTS = 5

/** The single connection to the embedded Postgres of a home: the one that this process runs, or the one of the process that owns the home. */
export class EmbeddedSource implements ConnectionSource {
  readonly mode = 'embedded'
  readonly interruptible = false
  readonly url: string
  readonly #options: EmbeddedOptions
  readonly #paths: HomePaths
  readonly #turns = new Semaphore(1)
  readonly #listener: Listener
  #access: Promise<Access> | undefined
  #current: Access | undefined
  #connection: Connection | undefined
  #closed = false

  constructor(options: EmbeddedOptions) {
    this.#options = options
    this.#paths = prepareHome(options.home)
    this.url = `file://${this.#paths.dataDir}`
    this.#listener = new Listener(async () => (await this.#attached()).createListener(), options.onNotice)
  }

  get shared(): boolean {
    return this.#current?.shared ?? false
  }

  /** The database is started, or the owner's door found, when it resolves. @throws HOME_IN_USE */
  async open(): Promise<void> {
    const lease = await this.acquire({})
    lease.release()
  }

  async acquire({ signal }: AcquireOptions): Promise<Lease> {
    this.#assertOpen()
    await this.#turns.acquire(signal)
    try {
      if (this.#connection?.idle !== true) this.#connection = await this.#connect()
    } catch (error) {
      this.#turns.release()
      throw toDatabaseError(error)
    }
    const connection = this.#connection
    return {
      connection,
      cancel: async () => {},
      release: () => {
        if (!connection.idle) this.#drop(connection)
        this.#turns.release()
      },
    }
  }

  /** Its transaction, should there be one, is rolled back by whoever runs Postgres. */
  #drop(connection: Connection): void {
    this.#connection = undefined
    connection.client.end().catch(() => {})
  }

  async #connect(): Promise<Connection> {
    for (let attempt = 1; ; attempt++) {
      const access = await this.#attached()
      try {
        return new Connection(await access.connect())
      } catch (error) {
        if (!access.shared || attempt >= ATTACH_ATTEMPTS) throw error
        this.#access = undefined
      }
    }
  }

  #attached(): Promise<Access> {
    this.#access ??= this.#attach().catch((error: unknown) => {
      this.#access = undefined
      throw error
    })
    return this.#access
  }

  async #attach(): Promise<Access> {
    for (let attempt = 1; ; attempt++) {
      const claim = await claimHome(this.#paths)
      if (claim.owned) {
        const { relaxed = false } = this.#options
        const backend = new Backend({ dataDir: this.#paths.dataDir, relaxed })
        const host = new Host(backend)
        this.#current = new OwnerAccess(backend, host, new Door(claim.server, host))
        return this.#current
      }
      if (this.#options.own !== true) {
        this.#current = new DoorAccess(claim.socket)
        return this.#current
      }
      if (attempt >= OWN_ATTEMPTS) {
        const { home } = this.#paths
        throw new CellarError('HOME_IN_USE', { home, pid: readOwner(this.#paths)?.pid ?? 'unknown' })
      }
      await delay(OWN_PAUSE)
    }
  }

  async listen(channel: string, handler: (payload: string) => void): Promise<Subscription> {
    this.#assertOpen()
    return this.#listener.listen(channel, handler)
  }

  stats(): DatabaseStats {
    return { syncs: this.#current?.syncs, relaxed: this.#options.relaxed ?? false }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#turns.refuseAll(closedError())
    await this.#turns.acquire()
    await this.#listener.close()
    await this.#connection?.client.end().catch(() => {})
    const access = await this.#access?.catch(() => undefined)
    if (access?.shared === false) fs.rmSync(this.#paths.owner, { force: true })
    await access?.close()
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError()
  }
}

const closedError = () => new CellarError('CLOSED', { subject: 'The database' })
