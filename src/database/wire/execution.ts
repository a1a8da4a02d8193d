import { Buffer } from 'node:buffer'
import type { EventEmitter } from 'node:events'
import { CellarError } from '../../errors/cellar-error.ts'
import type { Result, Statement } from '../database.ts'
import { encodeParameter } from './encode-parameter.ts'
import { asText, parserOf } from './parse-value.ts'
import type { PreparedStatements, RowShape } from './prepared-statements.ts'

/** What pg gives to `submit`: the messages of the protocol, written to the stream. */
export interface Wire extends EventEmitter {
  readonly stream: { cork?(): void; uncork?(): void }
  query(text: string): void
  parse(message: { text: string; name: string }): void
  bind(message: { statement: string; values: readonly unknown[]; valueMapper(value: unknown): unknown }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: { rows?: number }): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  close(message: { type: 'S'; name: string }): void
  sync(): void
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

type Row = (string | null)[] | Record<string, unknown>

const NO_SHAPE: RowShape = { names: [], parsers: [] }

/**
 * One statement on its way through a `pg.Client`, which calls the `handle…` methods. It replaces pg's own Query for three reasons: rows of
 * `raw` statements are the driver's arrays themselves, statements that ran before are not described again, and `prelude` (BEGIN) and the
 * closing of old statements share the round trip.
 */
export class Execution {
  readonly name: string | undefined
  readonly text: string
  readonly promise: Promise<Result<unknown>>
  readonly #statement: Statement
  readonly #values: readonly unknown[]
  readonly #prelude: readonly string[]
  readonly #prepared: PreparedStatements
  #resolve: (result: Result<unknown>) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #shape: RowShape | undefined
  #rows: Row[] = []
  #count = 0
  /** Completions of the prelude that are still to come. */
  #skip = 0
  /** Parse messages of the prelude whose answers are still to come. */
  #parsing = 0
  #failure: unknown

  /** @throws INVALID_VALUE for a parameter that has no text form */
  constructor(statement: Statement, prelude: readonly string[], prepared: PreparedStatements) {
    this.name = statement.name
    this.text = statement.text
    this.#statement = statement
    this.#values = encodeParameters(statement.values ?? [])
    this.#prelude = prelude
    this.#prepared = prepared
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  submit(wire: Wire): null {
    const { name, raw, input } = this.#statement
    wire.stream.cork?.()
    for (const old of this.#prepared.takeClosing()) wire.close({ type: 'S', name: old })
    if (name === undefined && !raw && input === undefined && this.#values.length === 0) this.#submitSimple(wire)
    else this.#submitExtended(wire)
    wire.stream.uncork?.()
    return null
  }

  /** May hold several statements. */
  #submitSimple(wire: Wire): void {
    wire.query([...this.#prelude, this.text].join(';\n'))
  }

  #submitExtended(wire: Wire): void {
    for (const text of this.#prelude) {
      wire.parse({ text, name: '' })
      wire.bind({ statement: '', values: [], valueMapper: identity })
      wire.execute({})
    }
    this.#skip = this.#prelude.length
    this.#parsing = this.#prelude.length
    const name = this.name ?? ''
    if (name === '' || !this.#prepared.has(name)) wire.parse({ text: this.text, name })
    wire.bind({ statement: name, values: this.#values, valueMapper: identity })
    this.#shape = name === '' ? undefined : this.#prepared.shapeOf(name)
    if (this.#shape === undefined) wire.describe({ type: 'P', name: '' })
    wire.execute({})
    if (this.#statement.input !== undefined) this.#sendInput(wire, this.#statement.input)
    wire.sync()
  }

  /** Unasked, in the same batch as the statement: a server that refuses the statement passes it over. */
  #sendInput(wire: Wire, input: readonly string[]): void {
    for (const piece of input) wire.sendCopyFromChunk(Buffer.from(piece))
    wire.endCopyFrom()
  }

  /** pg has no handler for this message; the connection calls it. */
  handleParseComplete(): void {
    if (this.#parsing > 0) this.#parsing--
    else if (this.name !== undefined) this.#prepared.add(this.name)
  }

  handleRowDescription(message: { fields: readonly Field[] }): void {
    this.#shape = {
      names: message.fields.map((field) => field.name),
      parsers: message.fields.map((field) => parserOf(field.dataTypeID)),
    }
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    if (this.#failure !== undefined) return
    try {
      this.#rows.push(this.#statement.raw ? message.fields : toObject(this.#shape ?? NO_SHAPE, message.fields))
    } catch (error) {
      this.#failure = error
    }
  }

  handleCommandComplete(message: { text: string }): void {
    if (this.#skip > 0) {
      this.#skip--
      return
    }
    this.#count = countOf(message.text)
  }

  handleReadyForQuery(): void {
    if (this.name !== undefined) {
      this.#prepared.describe(this.name, this.#shape ?? NO_SHAPE)
    }
    if (this.#failure === undefined) this.#resolve({ rows: this.#rows, count: this.#count })
    else this.#reject(this.#failure)
  }

  /** pg forgets the query at the first error; the promise waits for the server to be ready, so that the connection is known to be fine. */
  handleError(error: Error, wire?: Wire): void {
    if (wire === undefined || !('severity' in error)) {
      this.#reject(error)
      return
    }
    const settle = () => {
      wire.off('readyForQuery', settle)
      wire.off('end', settle)
      this.#reject(error)
    }
    wire.on('readyForQuery', settle)
    wire.on('end', settle)
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}

  handleCopyInResponse(wire: Wire & { sendCopyFail(reason: string): void }): void {
    if (this.#statement.input === undefined) wire.sendCopyFail('COPY FROM STDIN is not supported')
  }
}

function encodeParameters(values: readonly unknown[]): readonly unknown[] {
  try {
    return values.map(encodeParameter)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CellarError('INVALID_VALUE', { subject: 'A statement', reason }, { cause: error })
  }
}

const identity = (value: unknown) => value

/** `INSERT 0 3`, `SELECT 5`, `CREATE TABLE`. */
function countOf(tag: string): number {
  const count = Number(tag.slice(tag.lastIndexOf(' ') + 1))
  return Number.isNaN(count) ? 0 : count
}

function toObject(shape: RowShape, fields: readonly (string | null)[]): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (let i = 0; i < fields.length; i++) {
    const text = fields[i]
    const name = shape.names[i] ?? ''
    const parse = shape.parsers[i] ?? asText
    row[name] = text === null || text === undefined ? null : parse(text)
  }
  return row
}
