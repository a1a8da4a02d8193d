export interface Statement {
  readonly text: string
  /**
   * Parameters `$1…`: null, string, number, bigint, boolean, Date, bytes, arrays of these (a Postgres array), any other
   * object as JSON.
   */
  readonly values?: readonly unknown[]
  /** Makes it a named prepared statement; use `namedStatement`. One name must always stand for one text. */
  readonly name?: string
  /** Rows are arrays of Postgres text output (`string | null`) instead of objects with parsed values. */
  readonly raw?: boolean
  /**
   * Outside transactions: ends the wait for a connection, and cancels the statement where the server can. ABORTED then.
   */
  readonly signal?: AbortSignal
  /** What a `copy … from stdin` reads, in pieces of any length. */
  readonly input?: readonly string[]
}

export interface Result<R> {
  readonly rows: R[]
  /** Rows returned, inserted, updated or deleted, as Postgres counts them. */
  readonly count: number
}

/** Runs statements, one after the other. */
export interface Session {
  /**
   * Outside `raw`, values are: int2 int4 oid float4 float8 → number, int8 → number when safe, else bigint, bool, timestamptz → Date,
   * json and jsonb → parsed, bytea → Buffer, everything else text.
   *
   * A text without parameters and name may hold several statements; the rows are those of all of them, the count is the last one's.
   *
   * @throws DATABASE_ERROR (a `DatabaseError` with its SQLSTATE), DATABASE_UNAVAILABLE, TRANSACTION_CONFLICT, STORAGE_FULL
   */
  execute<R = Record<string, unknown>>(statement: Statement): Promise<Result<R>>
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

export interface TransactionOptions {
  /** @default 'read committed' */
  readonly isolation?: Isolation
  /** How often the body runs at most when it meets serialization failures or deadlocks. @default 5 */
  readonly attempts?: number
  /** Milliseconds, over all attempts; afterwards it is rolled back and throws TRANSACTION_TIMEOUT. No limit by default. */
  readonly timeout?: number
  /**
   * Milliseconds, up to twice as many, that a statement waits for a lock of somebody else before the body is run again
   * as after a conflict. For isolation levels in which the wait mostly ends in one: then it also ends deadlocks, which
   * Postgres itself notices after a second. As long as it takes by default.
   */
  readonly lockTimeout?: number
  /** Errors of statements after which the body is run again, as after a conflict. */
  readonly repeatOn?: (error: unknown) => boolean
  readonly signal?: AbortSignal
  /** For bodies that run user code: such transactions hold at most half of the pool. */
  readonly dedicated?: boolean
}

export interface StreamOptions {
  /** Rows per batch. @default 1000 */
  readonly batch?: number
  readonly signal?: AbortSignal
}

export interface Subscription {
  close(): Promise<void>
}

export interface DatabaseStats {
  /** Real syncs of files to the disk; undefined where the server does them. */
  readonly syncs: number | undefined
  /** True when an embedded database was opened without syncs. */
  readonly relaxed: boolean
}

/** The port: one PostgreSQL database, embedded or on a server. */
export interface Database extends Session, AsyncDisposable {
  readonly mode: 'embedded' | 'server'
  /** Where it is, without secrets. */
  readonly url: string
  /** True when another process owns the embedded home and this one works through its socket. */
  readonly shared: boolean

  /** @throws TRANSACTION_REENTRY inside the body of another transaction of this database */
  transaction<T>(body: (tx: Session) => Promise<T>, options?: TransactionOptions): Promise<T>

  /**
   * Calls the handler with each notification that is sent after the promise resolved. A lost connection is made again; what was sent
   * meanwhile is lost, so the handler is called with '' after a reconnect: treat it as "something may have happened".
   */
  listen(channel: string, handler: (payload: string) => void): Promise<Subscription>

  /** Rows in batches through a cursor in a read-only transaction of its own, which ends with the iteration. */
  stream<R = Record<string, unknown>>(statement: Statement, options?: StreamOptions): AsyncIterable<R[]>

  /** True when a statement can run within five seconds. Never throws. */
  ready(): Promise<boolean>

  stats(): DatabaseStats

  /** Waits for what is running, refuses what is not yet. */
  close(): Promise<void>
}
