import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Backend } from './backend.ts'
import type { Door } from './door.ts'
import type { Host } from './host.ts'
import { LocalStream } from './local-stream.ts'

/** How this process reaches the Postgres of a home. */
export interface Access {
  readonly shared: boolean
  readonly syncs: number | undefined
  /** A client for statements, in a clean session. */
  connect(): Promise<pg.Client>
  /** A client, not yet connected, for LISTEN. */
  createListener(): Promise<pg.Client>
  close(): Promise<void>
}

/** Milliseconds; the owner may be starting. */
const CONNECT_TIMEOUT = 30_000
/** Milliseconds that clients at the door get to end their transactions. */
const CLOSE_GRACE = 5000

const IDENTITY = { user: 'postgres', database: 'postgres', ssl: false } as const

/** This process owns the home. */
export class OwnerAccess implements Access {
  readonly shared = false
  readonly #backend: Backend
  readonly #host: Host
  readonly #door: Door

  constructor(backend: Backend, host: Host, door: Door) {
    this.#backend = backend
    this.#host = host
    this.#door = door
  }

  get syncs(): number {
    return this.#backend.syncs
  }

  async connect(): Promise<pg.Client> {
    await this.#host.reset()
    const client = new pg.Client({ ...IDENTITY, stream: () => new LocalStream(this.#host) })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  /** Listens through a session of its own, which sends nothing but LISTEN and UNLISTEN, as units like any other. */
  async createListener(): Promise<pg.Client> {
    return new pg.Client({ ...IDENTITY, stream: () => new LocalStream(this.#host, 'listener_') })
  }

  async close(): Promise<void> {
    await Promise.race([this.#host.close(), delay(CLOSE_GRACE, undefined, { ref: false })])
    await this.#backend.close()
    // Last, since it is the lock.
    await this.#door.close()
  }
}

/** Another process owns it; this one is a client at its door. */
export class DoorAccess implements Access {
  readonly shared = true
  readonly syncs = undefined
  readonly #socket: string

  constructor(socket: string) {
    this.#socket = socket
  }

  async connect(): Promise<pg.Client> {
    const client = await this.createListener()
    client.on('error', () => {})
    await client.connect()
    return client
  }

  async createListener(): Promise<pg.Client> {
    return new pg.Client({
      ...IDENTITY,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      stream: () => new DoorSocket(this.#socket),
    })
  }

  async close(): Promise<void> {}
}

/** pg builds socket paths itself, which fits neither long paths nor Windows. */
class DoorSocket extends net.Socket {
  readonly #path: string

  constructor(path: string) {
    super()
    this.#path = path
  }

  override connect(): this {
    return super.connect(this.#path)
  }
}
