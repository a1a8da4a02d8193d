import { CellarError } from '../errors/cellar-error.ts'
import { measures, timed } from '../util/timings.ts'
import { acquireWithin, type ConnectionSource, type Lease } from './connection-source.ts'
import { streamRows } from './cursor.ts'
import type {
  Database,
  DatabaseStats,
  Result,
  Session,
  Statement,
  StreamOptions,
  Subscription,
  TransactionOptions,
} from './database.ts'
import { isStaleStatement } from './database-error.ts'
import { Deadline } from './deadline.ts'
import { runTransaction } from './transaction.ts'
import { assertOutsideTransaction, outsideScopes } from './transaction-scope.ts'

/** Milliseconds that `ready` waits for its turn. */
const READY_LIMIT = 5000

/** The database port over either source of connections. */
export class Port implements Database {
  readonly #source: ConnectionSource

  constructor(source: ConnectionSource) {
    this.#source = source
  }

  get mode(): 'embedded' | 'server' {
    return this.#source.mode
  }

  get url(): string {
    return this.#source.url
  }

  get shared(): boolean {
    return this.#source.shared
  }

  async execute<R = Record<string, unknown>>(statement: Statement): Promise<Result<R>> {
    return measures() ? timed('db', () => this.#execute<R>(statement)) : this.#execute<R>(statement)
  }

  async #execute<R>(statement: Statement): Promise<Result<R>> {
    assertOutsideTransaction(this)
    const { signal } = statement
    if (signal) return this.#executeUntil<R>(statement, signal)
    const lease = await this.#source.acquire({})
    try {
      return await executeFresh<R>(lease, statement)
    } finally {
      lease.release()
    }
  }

  async #executeUntil<R>(statement: Statement, signal: AbortSignal): Promise<Result<R>> {
    const aborted = () => new CellarError('ABORTED', { subject: 'A statement' }, { cause: signal.reason })
    const lease = await this.#source.acquire({ signal }).catch((error: unknown) => {
      throw signal.aborted ? aborted() : error
    })
    let cancelled: Promise<void> | undefined
    const cancel = () => {
      cancelled = lease.cancel()
    }
    signal.addEventListener('abort', cancel, { once: true })
    try {
      return await executeFresh<R>(lease, statement)
    } catch (error) {
      throw signal.aborted ? aborted() : error
    } finally {
      signal.removeEventListener('abort', cancel)
      // A cancellation that is still under way would meet whoever has the connection next.
      await cancelled
      lease.release()
    }
  }

  async transaction<T>(body: (tx: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    assertOutsideTransaction(this)
    const run = () => runTransaction(this, this.#source, body, options)
    return measures() ? timed('db', run) : run()
  }

  async listen(channel: string, handler: (payload: string) => void): Promise<Subscription> {
    assertOutsideTransaction(this)
    return outsideScopes(() => this.#source.listen(channel, handler))
  }

  stream<R = Record<string, unknown>>(statement: Statement, options: StreamOptions = {}): AsyncIterable<R[]> {
    assertOutsideTransaction(this)
    return streamRows<R>(this.#source, statement, options)
  }

  async ready(): Promise<boolean> {
    using deadline = new Deadline(READY_LIMIT, undefined)
    try {
      const lease = await acquireWithin(this.#source, deadline, false)
      await lease.connection.execute({ text: 'select 1' }).finally(() => lease.release())
      return true
    } catch {
      return false
    }
  }

  stats(): DatabaseStats {
    return this.#source.stats()
  }

  async close(): Promise<void> {
    await this.#source.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

async function executeFresh<R>(lease: Lease, statement: Statement): Promise<Result<R>> {
  try {
    return await lease.connection.execute<R>(statement)
  } catch (error) {
    if (statement.name === undefined || !isStaleStatement(error)) throw error
    return await lease.connection.execute<R>(statement)
  }
}
