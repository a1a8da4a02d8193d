import type { Catalog, CatalogTable } from '../catalog/catalog.ts'
import type { Engine } from '../compute/engine.ts'
import type { Database, Session } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { compileEvaluator } from '../expr/compile-evaluator.ts'
import type { ExprNode } from '../expr/node.ts'
import type { RawRow, Row } from '../schema/row-codec.ts'
import { specOfTable } from '../schema/table-value.ts'
import { type CompiledQuery, compileQuery, type Parameters } from './compile-query.ts'
import { compareRows } from './order-rows.ts'
import type { RunOptions } from './query.ts'
import type { QuerySpec } from './query-spec.ts'

export interface QueryContext {
  readonly database: Database
  readonly catalog: Catalog
  readonly engine: Engine
  /** The open transaction of `cellar.transaction`. */
  readonly session?: Session
}

interface RunInput extends RunOptions {
  readonly parameters?: Parameters
}

/** SQLSTATEs of a definition that changed since the statement was compiled. */
const OUTDATED = new Set(['42P01', '42703', '42804', '0A000'])
const NONE: Parameters = Object.freeze({})

const compiledQueries = new WeakMap<QuerySpec, { readonly table: CatalogTable; readonly query: CompiledQuery }>()

/** Compiled once per query and definition of its table. */
export async function compiledQuery(context: QueryContext, spec: QuerySpec): Promise<CompiledQuery> {
  const table = await context.catalog.resolve(spec.table)
  const known = compiledQueries.get(spec)
  if (known?.table === table) return known.query
  const query = compileQuery(spec, table)
  compiledQueries.set(spec, { table, query })
  return query
}

export async function collectQuery(context: QueryContext, spec: QuerySpec, input: RunInput = {}): Promise<Row[]> {
  throwIfAborted(input.signal, spec)
  const parameters = input.parameters ?? NONE
  return withCurrentDefinition(context, async () => {
    const query = await compiledQuery(context, spec)
    const { rows } = await (context.session ?? context.database).execute<RawRow>(query.statement(parameters))
    if (query.plain) return rows.map(query.output)
    return finishRows(context, query, rows, input)
  })
}

export async function countQuery(context: QueryContext, spec: QuerySpec, input: RunInput = {}): Promise<number> {
  throwIfAborted(input.signal, spec)
  const parameters = input.parameters ?? NONE
  const query = await compiledQuery(context, spec)
  if (query.filters.length > 0) return (await collectQuery(context, spec, input)).length
  return withCurrentDefinition(context, async () => {
    const current = await compiledQuery(context, spec)
    const statement = current.countStatement(parameters)
    const { rows } = await (context.session ?? context.database).execute<RawRow>(statement)
    const total = Number(rows[0]?.[0] ?? 0)
    // A sort in JavaScript keeps the limit out of SQL, where it does not change which rows are counted.
    return current.window ? windowOf(current, parameters).size(total) : total
  })
}

export async function* streamQuery(
  context: QueryContext,
  spec: QuerySpec,
  input: RunInput = {},
): AsyncGenerator<Row, void, undefined> {
  throwIfAborted(input.signal, spec)
  const parameters = input.parameters ?? NONE
  const query = await compiledQuery(context, spec)
  if (query.order.length > 0 || context.session) return yield* await collectQuery(context, spec, input)
  const window = windowOf(query, parameters)
  let seen = 0
  const batches = context.database.stream<RawRow>(
    query.statement(parameters),
    input.signal ? { signal: input.signal } : {},
  )
  for await (const batch of batches) {
    const rows = query.plain ? batch.map(query.output) : await computeRows(context, query, batch, input)
    for (const row of rows) {
      seen += 1
      if (seen <= window.skip) continue
      if (seen > window.end) return
      yield row
      throwIfAborted(input.signal, spec)
    }
  }
}

function throwIfAborted(signal: AbortSignal | undefined, spec: QuerySpec): void {
  if (!signal?.aborted) return
  const subject = `Reading from table ${specOfTable(spec.table).path}`
  throw new CellarError('ABORTED', { subject }, { cause: signal.reason })
}

/** The definition may have changed between compiling and running: once, both are done again. */
export async function withCurrentDefinition<T>(context: QueryContext, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (context.session || !OUTDATED.has(String((error as { sqlState?: unknown }).sqlState))) throw error
    context.catalog.invalidate()
    return run()
  }
}

async function finishRows(context: QueryContext, query: CompiledQuery, raw: RawRow[], input: RunInput): Promise<Row[]> {
  const parameters = input.parameters ?? NONE
  const { skip, end } = windowOf(query, parameters)
  const kept = await filterRows(context, query, raw, input)
  const rows = query.order.length === 0 ? kept : await sortRows(context, query, kept, input)
  return projectRows(context, query, rows.slice(skip, end), input)
}

async function computeRows(
  context: QueryContext,
  query: CompiledQuery,
  raw: RawRow[],
  input: RunInput,
): Promise<Row[]> {
  return projectRows(context, query, await filterRows(context, query, raw, input), input)
}

async function filterRows(
  context: QueryContext,
  query: CompiledQuery,
  raw: RawRow[],
  input: RunInput,
): Promise<RawRow[]> {
  if (query.filters.length === 0) return raw
  const values = await evaluate(context, query.filters, raw.map(query.base), input)
  return raw.filter((_, index) => values[index]?.every((value) => value === true))
}

async function sortRows(
  context: QueryContext,
  query: CompiledQuery,
  raw: RawRow[],
  input: RunInput,
): Promise<RawRow[]> {
  const nodes = query.order.map((term) => term.node)
  const keys = await evaluate(context, nodes, raw.map(query.base), input)
  const positions = raw.map((_, index) => index)
  positions.sort((a, b) => compareRows(query.order, keys[a] ?? [], keys[b] ?? []))
  return positions.map((index) => raw[index] as RawRow)
}

async function projectRows(
  context: QueryContext,
  query: CompiledQuery,
  raw: RawRow[],
  input: RunInput,
): Promise<Row[]> {
  const rows = raw.map(query.output)
  if (query.computed.length === 0) return rows
  const nodes = query.computed.map(({ node }) => node)
  const values = await evaluate(context, nodes, raw.map(query.base), input)
  return rows.map((row, index) => {
    for (const [position, { name }] of query.computed.entries()) row[name] = values[index]?.[position]
    return Object.fromEntries(query.names.map((name) => [name, row[name]]))
  })
}

/** For each row the values of the expressions; function calls go through the engine. */
function evaluate(
  context: QueryContext,
  nodes: readonly ExprNode[],
  rows: Row[],
  input: RunInput,
): Promise<unknown[][]> {
  const { signal, parameters = NONE } = input
  return context.engine.calls(nodes, rows, { parameters, ...(signal ? { signal } : {}) })
}

function windowOf(query: CompiledQuery, parameters: Parameters) {
  const number = (node: ExprNode | undefined) => {
    if (node === undefined) return undefined
    const value = compileEvaluator(node)({ row: {}, parameters })
    if (value === null || value === undefined) return undefined
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw new CellarError('INVALID_VALUE', {
      subject: 'the limit of a query',
      reason: `${String(value)} is no count of rows`,
    })
  }
  const skip = number(query.window?.offset) ?? 0
  const limit = number(query.window?.limit) ?? Number.POSITIVE_INFINITY
  return { skip, end: skip + limit, size: (total: number) => Math.max(0, Math.min(total - skip, limit)) }
}
