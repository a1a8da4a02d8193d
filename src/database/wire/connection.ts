import type { Client } from 'pg'
import type { Result, Statement } from '../database.ts'
import { isStaleStatement, toDatabaseError } from '../database-error.ts'
import { Execution, type Wire } from './execution.ts'
import { PreparedStatements } from './prepared-statements.ts'

const STATEMENTS_KEPT = 256

/** `pg.Client` as far as it is used; `connection` and the status are not in its published types. */
export type WireClient = Client & {
  readonly connection: Wire
  getTransactionStatus(): 'I' | 'T' | 'E' | null
  readonly processID: number | null
  readonly secretKey: number | null
}

/** A `pg.Client` with its prepared statements. Statements run one after the other. */
export class Connection {
  readonly client: WireClient
  readonly #prepared: PreparedStatements
  #current: Execution | undefined
  readonly #waiting: Execution[] = []
  #broken = false

  constructor(client: Client, statementsKept = STATEMENTS_KEPT) {
    this.client = client as WireClient
    this.#prepared = new PreparedStatements(statementsKept)
    this.client.on('error', () => {
      this.#broken = true
    })
    this.client.on('end', () => {
      this.#broken = true
    })
    this.client.connection.on('parseComplete', () => this.#current?.handleParseComplete())
  }

  /** Usable, and outside any transaction. */
  get idle(): boolean {
    return !this.#broken && this.client.getTransactionStatus() === 'I'
  }

  /** Inside a transaction that can only be rolled back. */
  get failed(): boolean {
    return this.client.getTransactionStatus() === 'E'
  }

  get busy(): boolean {
    return this.#current !== undefined
  }

  get broken(): boolean {
    return this.#broken
  }

  get preparedCount(): number {
    return this.#prepared.size
  }

  async execute<R>(statement: Statement, prelude: readonly string[] = []): Promise<Result<R>> {
    const execution = new Execution(statement, prelude, this.#prepared)
    if (this.#current !== undefined) this.#waiting.push(execution)
    else this.#start(execution)
    try {
      // The row type is the caller's claim about its SQL.
      return (await execution.promise) as Result<R>
    } catch (error) {
      if (statement.name !== undefined && isStaleStatement(error)) this.#prepared.forget(statement.name)
      throw toDatabaseError(error)
    }
  }

  #start(execution: Execution): void {
    this.#current = execution
    const next = () => {
      this.#current = undefined
      const following = this.#waiting.shift()
      if (following !== undefined) this.#start(following)
    }
    execution.promise.then(next, next)
    this.client.query(execution)
  }
}
