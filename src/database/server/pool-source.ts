import pg from 'pg'
import { CellarError } from '../../errors/cellar-error.ts'
import type { AcquireOptions, ConnectionSource, Lease } from '../connection-source.ts'
import type { DatabaseStats, Subscription } from '../database.ts'
import { isConnectionFault, toDatabaseError } from '../database-error.ts'
import { Listener } from '../listener.ts'
import { Semaphore } from '../semaphore.ts'
import { SET_SESSION } from '../session-settings.ts'
import { Connection } from '../wire/connection.ts'
import { Outage } from './outage.ts'
import { SpareClients } from './spare-clients.ts'

const POOL_SIZE = 10
/** Milliseconds. */
const CONNECT_TIMEOUT = 5000
const IDLE_TIMEOUT = 60_000
const KEEP_ALIVE_DELAY = 10_000

export interface PoolSourceOptions {
  readonly poolSize?: number
  readonly onNotice?: (message: string) => void
}

/**
 * Connections to a server. pg's pool makes and keeps them; who may have one is decided here, so that its connect timeout never hits those
 * who merely wait for their turn.
 */
export class PoolSource implements ConnectionSource {
  readonly mode = 'server'
  readonly shared = false
  readonly interruptible = true
  readonly url: string
  readonly #config: pg.PoolConfig
  readonly #pool: pg.Pool
  readonly #spare = new SpareClients()
  readonly #connections = new WeakMap<pg.PoolClient, Connection>()
  readonly #turns: Semaphore
  readonly #dedicatedTurns: Semaphore
  readonly #listener: Listener
  readonly #outage: Outage
  readonly #size: number
  #closed = false

  constructor(databaseUrl: string, options: PoolSourceOptions) {
    const size = options.poolSize ?? POOL_SIZE
    this.#size = size
    this.url = withoutSecrets(databaseUrl)
    this.#config = {
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY,
      fallback_application_name: 'cellar',
    }
    const prepare = async (client: pg.ClientBase) => {
      await client.query(SET_SESSION)
    }
    this.#pool = new pg.Pool({
      ...this.#config,
      max: size,
      idleTimeoutMillis: IDLE_TIMEOUT,
      allowExitOnIdle: true,
      onConnect: prepare,
    })
    this.#outage = new Outage(options.onNotice)
    this.#pool.on('error', (error) => this.#outage.report(error))
    this.#turns = new Semaphore(size)
    this.#dedicatedTurns = new Semaphore(Math.max(1, Math.floor(size / 2)))
    this.#listener = new Listener(async () => new pg.Client(this.#config), options.onNotice)
  }

  async acquire(options: AcquireOptions): Promise<Lease> {
    this.#assertOpen()
    const { dedicated = false, signal } = options
    if (dedicated) await this.#dedicatedTurns.acquire(signal)
    try {
      const turn = this.#turns.acquire(signal)
      if (turn !== undefined) await turn
      try {
        return this.#lease(await this.#connect(), dedicated)
      } catch (error) {
        this.#turns.release()
        throw error
      }
    } catch (error) {
      if (dedicated) this.#dedicatedTurns.release()
      throw error
    }
  }

  /** While the server is away, those who queue are told so instead of waiting for one connect timeout after the other. */
  async #connect(): Promise<pg.PoolClient> {
    for (let spare = this.#spare.take(); spare; spare = this.#spare.take()) {
      if (this.#connections.get(spare)?.idle) return spare
      spare.release(true)
    }
    if (this.#pool.idleCount === 0) this.#outage.pass()
    try {
      const client = await this.#pool.connect()
      this.#outage.end()
      return client
    } catch (error) {
      const reported = toDatabaseError(error)
      if (!isConnectionFault(reported)) throw reported
      this.#outage.begin(reported)
      this.#turns.refuseAll(reported)
      throw reported
    }
  }

  #lease(client: pg.PoolClient, dedicated: boolean): Lease {
    let connection = this.#connections.get(client)
    if (connection === undefined) {
      connection = new Connection(client)
      this.#connections.set(client, connection)
    }
    const lent = connection
    return {
      connection: lent,
      cancel: () => this.#cancel(lent),
      release: () => {
        if (lent.idle) this.#spare.give(client)
        else client.release(true)
        this.#turns.release()
        if (dedicated) this.#dedicatedTurns.release()
      },
    }
  }

  async #cancel(connection: Connection): Promise<void> {
    if (!connection.busy || connection.broken) return
    const client = new pg.Client(this.#config)
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('select pg_cancel_backend($1)', [connection.client.processID])
    } catch {
      // The statement timeout of the transaction ends it.
    } finally {
      await client.end().catch(() => {})
    }
  }

  listen(channel: string, handler: (payload: string) => void): Promise<Subscription> {
    this.#assertOpen()
    return this.#listener.listen(channel, handler)
  }

  stats(): DatabaseStats {
    return { syncs: undefined, relaxed: false }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#turns.refuseAll(closedError())
    this.#dedicatedTurns.refuseAll(closedError())
    // The connections themselves do not keep the process alive.
    const alive = setInterval(() => {}, 1000)
    try {
      for (let i = 0; i < this.#size; i++) await this.#turns.acquire()
      await this.#listener.close()
      this.#spare.clear()
      await this.#pool.end()
    } finally {
      clearInterval(alive)
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError()
  }
}

const closedError = () => new CellarError('CLOSED', { subject: 'The database' })

/** Credentials and parameters stay out of messages. */
function withoutSecrets(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return 'postgres:'
  const url = new URL(databaseUrl)
  return `postgres://${url.host}${url.pathname}`
}
