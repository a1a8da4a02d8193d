import type { CodecColumn, RawRow, Row } from '../schema/row-codec.ts'
import { compiledQuery } from './compiled-query.ts'
import { streamQuery, withCurrentDefinition } from './execute-query.ts'
import { isDirect } from './lower-query.ts'
import { type PagePlan, pagePlan } from './page-plan.ts'
import { type PageRequest, type PageStart, startOfPage } from './page-query.ts'
import type { Parameters } from './parameter-mark.ts'
import type { QueryContext } from './query-context.ts'
import type { QuerySpec } from './query-spec.ts'

/** With 1,000 the heap grew by twice as much, for a tenth more rows a second. */
const BATCH = 500
const NONE: Parameters = Object.freeze({})

/** Rows of a query in batches, for a reader that may be slow. */
export interface RowStream<R> {
  /** The next rows, at least one; undefined at the end. */
  next(): Promise<readonly R[] | undefined>
  /** Gives the connection back, where one is held. Afterwards `next` goes on behind the last row. */
  pause(): Promise<void>
  /** Ends the reading, whatever is under way. */
  close(): Promise<void>
}

/** As Postgres wrote them, or as values where JavaScript has a part in the query. */
export type OpenedStream =
  | { readonly columns: readonly CodecColumn[]; readonly rows: RowStream<RawRow> }
  | { readonly columns: undefined; readonly rows: RowStream<Row> }

/** All rows behind a cursor. Its `limit` is ignored. @throws INVALID_CURSOR, CURSOR_OUTDATED */
export async function openRowStream(
  context: QueryContext,
  spec: QuerySpec,
  request: PageRequest,
): Promise<OpenedStream> {
  const plan = pagePlan(spec)
  const start = await startOfPage(context, plan, request)
  const input = { context, plan, parameters: request.parameters ?? NONE }
  const columns = isDirect(spec) ? await plainColumns(context, spec) : undefined
  if (columns) return { columns, rows: new RawStream(input, start) }
  return { columns: undefined, rows: new ValueStream(input, start) }
}

async function plainColumns(context: QueryContext, spec: QuerySpec) {
  const { plain, outputColumns } = await compiledQuery(context, spec)
  return plain ? outputColumns : undefined
}

interface StreamInput {
  readonly context: QueryContext
  readonly plan: PagePlan
  readonly parameters: Parameters
}

function readFrom({ plan, parameters }: StreamInput, { key, given }: PageStart) {
  const left = plan.limit(parameters) - given
  return plan.read(key, left === Number.POSITIVE_INFINITY ? undefined : { parameter: Math.max(0, left) }, parameters)
}

/** Reads through a cursor of the database, one after the other where the reader pauses. */
class RawStream implements RowStream<RawRow> {
  readonly #input: StreamInput
  readonly #aborter = new AbortController()
  #start: PageStart
  #batches: AsyncIterator<RawRow[]> | undefined

  constructor(input: StreamInput, start: PageStart) {
    this.#input = input
    this.#start = start
  }

  async next(): Promise<readonly RawRow[] | undefined> {
    const value = await withCurrentDefinition(this.#input.context, () => this.#read())
    const last = value?.at(-1)
    if (value === undefined || last === undefined) return undefined
    const { key } = this.#input.plan
    const values = key.map(({ at, type }) => {
      const text = last[at]
      return text === null || text === undefined ? null : type.decode(text)
    })
    this.#start = { key: values, given: this.#start.given + value.length }
    return value
  }

  async pause(): Promise<void> {
    // Embedded, Postgres keeps the rows of a cursor, and there is no connection to give back.
    if (this.#input.context.database.mode === 'server') await this.#end()
  }

  async #end(): Promise<void> {
    const batches = this.#batches
    this.#batches = undefined
    await batches?.return?.()
  }

  async close(): Promise<void> {
    this.#aborter.abort()
    await this.#end()
  }

  async #read(): Promise<RawRow[] | undefined> {
    this.#batches ??= await this.#open()
    try {
      const { done, value } = await this.#batches.next()
      return done ? undefined : value
    } catch (error) {
      this.#batches = undefined
      throw error
    }
  }

  async #open(): Promise<AsyncIterator<RawRow[]>> {
    const { context } = this.#input
    const { spec, parameters } = readFrom(this.#input, this.#start)
    const { statement } = await compiledQuery(context, spec)
    return context.database
      .stream<RawRow>(statement(parameters), { signal: this.#aborter.signal, batch: BATCH })
      [Symbol.asyncIterator]()
  }
}

/** What was computed once is not computed again, so rows are read apart: no connection is held between them. */
class ValueStream implements RowStream<Row> {
  readonly #aborter = new AbortController()
  readonly #rows: AsyncGenerator<Row>

  constructor(input: StreamInput, start: PageStart) {
    const { spec, parameters } = readFrom(input, start)
    this.#rows = streamQuery(input.context, spec, { parameters, apart: true, signal: this.#aborter.signal })
  }

  async next(): Promise<readonly Row[] | undefined> {
    const rows: Row[] = []
    while (rows.length < BATCH) {
      const { done, value } = await this.#rows.next()
      if (done) break
      rows.push(value)
    }
    return rows.length === 0 ? undefined : rows
  }

  async pause(): Promise<void> {}

  async close(): Promise<void> {
    this.#aborter.abort()
    await this.#rows.return(undefined)
  }
}
