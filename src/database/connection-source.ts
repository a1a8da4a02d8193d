import type { DatabaseStats, Subscription } from './database.ts'
import type { Deadline } from './deadline.ts'
import type { Connection } from './wire/connection.ts'

export interface AcquireOptions {
  /** Counts against the half of the pool that user code may hold. */
  readonly dedicated?: boolean
  readonly signal?: AbortSignal | undefined
}

/** A connection on loan. */
export interface Lease {
  readonly connection: Connection
  /** Interrupts the statement that is running, where the mode can. */
  cancel(): Promise<void>
  /** Gives it back; a connection that is broken or inside a transaction is replaced. */
  release(): void
}

/** What the two modes differ in; everything else is `Port`. */
export interface ConnectionSource {
  readonly mode: 'embedded' | 'server'
  readonly url: string
  readonly shared: boolean
  /** True where the server itself can limit the time of a statement, and cancel it. */
  readonly interruptible: boolean
  /** First come, first served. @throws DATABASE_UNAVAILABLE, CLOSED, ABORTED */
  acquire(options: AcquireOptions): Promise<Lease>
  listen(channel: string, handler: (payload: string) => void): Promise<Subscription>
  stats(): DatabaseStats
  close(): Promise<void>
}

/** A lease that is given back by itself when the deadline was faster. */
export async function acquireWithin(source: ConnectionSource, deadline: Deadline, dedicated: boolean): Promise<Lease> {
  const pending = source.acquire({ dedicated, signal: deadline.signal })
  try {
    return await deadline.race(pending)
  } catch (error) {
    pending.then(
      (lease) => lease.release(),
      () => {},
    )
    throw error
  }
}
