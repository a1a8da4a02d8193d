import { setTimeout as delay } from 'node:timers/promises'
import { CellarError, isCellarError } from '../errors/cellar-error.ts'
import { acquireWithin, type ConnectionSource, type Lease } from './connection-source.ts'
import type { Result, Session, Statement, TransactionOptions } from './database.ts'
import { DatabaseError, isStaleStatement } from './database-error.ts'
import { Deadline } from './deadline.ts'
import { runInScope } from './transaction-scope.ts'

const ATTEMPTS = 5
/** Milliseconds that a cancelled statement gets to end before its connection is given up. */
const CANCEL_GRACE = 5000
/** Milliseconds after which the server stops a statement by itself, should nobody cancel it. */
const SERVER_GRACE = 1000

/** BEGIN travels with the first statement; a body without statements opens no transaction. */
class TransactionSession implements Session {
  readonly #lease: Lease
  readonly #begin: readonly string[]
  #state: 'fresh' | 'open' | 'closed' = 'fresh'
  /** The first error of a statement. */
  failure: unknown

  constructor(lease: Lease, begin: readonly string[]) {
    this.#lease = lease
    this.#begin = begin
  }

  async execute<R>(statement: Statement): Promise<Result<R>> {
    if (this.#state === 'closed') throw new CellarError('CLOSED', { subject: 'The transaction' })
    const prelude = this.#state === 'fresh' ? this.#begin : []
    this.#state = 'open'
    try {
      return await this.#lease.connection.execute<R>(statement, prelude)
    } catch (error) {
      this.failure ??= error
      throw error
    }
  }

  close(): void {
    this.#state = 'closed'
  }

  get begun(): boolean {
    return this.#state !== 'fresh'
  }
}

export async function runTransaction<T>(
  owner: object,
  source: ConnectionSource,
  body: (tx: Session) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  using deadline = new Deadline(options.timeout, options.signal)
  const attempts = options.attempts ?? ATTEMPTS
  const repeats = (error: unknown) =>
    isConflict(error) ||
    (options.lockTimeout !== undefined && isLockTimeout(error)) ||
    options.repeatOn?.(error) === true
  for (let attempt = 1; ; attempt++) {
    const lease = await acquireWithin(source, deadline, options.dedicated ?? false)
    try {
      const begin = beginStatements(options, source.interruptible)
      return await attemptTransaction(owner, new TransactionSession(lease, begin), lease, { body, deadline, repeats })
    } catch (error) {
      if (isStaleStatement(error) && attempt === 1) continue
      if (!repeats(error)) throw error
      if (attempt >= attempts) throw new CellarError('TRANSACTION_CONFLICT', { attempts: attempt }, { cause: error })
    }
    await deadline.race(delay(Math.random() * 5 * 2 ** Math.min(attempt, 6)))
  }
}

interface Attempt<T> {
  readonly body: (tx: Session) => Promise<T>
  readonly deadline: Deadline
  /** True for errors after which the body is run again. */
  readonly repeats: (error: unknown) => boolean
}

/** Ends with the transaction committed or rolled back and the connection given back. */
async function attemptTransaction<T>(
  owner: object,
  tx: TransactionSession,
  lease: Lease,
  attempt: Attempt<T>,
): Promise<T> {
  const { body, deadline, repeats } = attempt
  try {
    const result = await deadline.race(runInScope(owner, () => body(tx)))
    const begun = tx.begun
    tx.close()
    // Postgres answers COMMIT of a failed transaction with a silent rollback.
    if (lease.connection.failed) throw tx.failure
    if (begun) await lease.connection.execute({ text: 'COMMIT' })
    return result
  } catch (error) {
    const begun = tx.begun
    tx.close()
    if (deadline.expired) await lease.cancel()
    if (begun && !lease.connection.broken) await rollback(lease)
    // The body may have wrapped what it got; whether to run it again depends on what Postgres said.
    const again = repeats(tx.failure) || isStaleStatement(tx.failure)
    throw again && !deadline.expired ? tx.failure : error
  } finally {
    lease.release()
  }
}

async function rollback(lease: Lease): Promise<void> {
  const rolledBack = lease.connection.execute({ text: 'ROLLBACK' }).catch(() => {})
  const timer = new AbortController()
  await Promise.race([rolledBack, delay(CANCEL_GRACE, undefined, { signal: timer.signal, ref: false }).catch(() => {})])
  timer.abort()
}

function isConflict(error: unknown): boolean {
  return isCellarError(error) && error.code === 'TRANSACTION_CONFLICT'
}

/** Where the end of the wait meets the lock that was waited for, Postgres may call it a cancelled statement. */
const LOCK_TIMEOUTS = new Set(['55P03', '57014'])

function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && LOCK_TIMEOUTS.has(error.sqlState)
}

function beginStatements(options: TransactionOptions, interruptible: boolean): readonly string[] {
  const { isolation = 'read committed', timeout, lockTimeout } = options
  const begin = [`BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}`]
  if (!interruptible) return begin
  if (timeout !== undefined) begin.push(`SET LOCAL statement_timeout = ${Math.ceil(timeout) + SERVER_GRACE}`)
  if (lockTimeout !== undefined) begin.push(`SET LOCAL lock_timeout = ${Math.ceil(lockTimeout * (1 + Math.random()))}`)
  return begin
}
