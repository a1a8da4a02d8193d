import { isOutdated } from '../catalog/outdated.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from '../expr/node.ts'
import type { RawRow, Row } from '../schema/row-codec.ts'
import { type CompiledQuery, compileQuery } from './compile-query.ts'
import { compiledQuery, resolveTables } from './compiled-query.ts'
import { countValue } from './count-value.ts'
import { executeStatement, sqlStateOf } from './execute-statement.ts'
import { planGroups } from './fold-groups.ts'
import { planWindows } from './fold-windows.ts'
import { isDirect, lowerQuery } from './lower-query.ts'
import type { Parameters } from './parameter-mark.ts'
import type { RunOptions } from './query.ts'
import type { QueryContext } from './query-context.ts'
import type { QuerySpec } from './query-spec.ts'
import { assertCheapCalls, readApart, slowCall } from './read-rows.ts'
import { RelationBuilder } from './relation.ts'
import { outputsOf } from './sources.ts'
import { streamIterator } from './stream-iterator.ts'

interface RunInput extends RunOptions {
  readonly parameters?: Parameters
  /** Statements run while the rows are read: they would wait for the connection of a cursor. */
  readonly apart?: boolean
}

/** How often a query is compiled and run until it is clear that it does not fail because its definition is outdated. */
const ATTEMPTS = 3
/** A sub-query that stands for a value gave more than one row. */
const SEVERAL = '21000'
/** Among other things: a full join without an equality. */
const UNSUPPORTED = '0A000'
const NONE: Parameters = Object.freeze({})

/**
 * Compiles the query and uses it. Where JavaScript has to do something in the midst of it, that is done first: its
 * rows are there as long as the query is used.
 */
async function* withCompiled<T>(
  context: QueryContext,
  spec: QuerySpec,
  input: RunInput,
  use: (query: CompiledQuery) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  if (isDirect(spec)) return yield* use(await compiledQuery(context, spec))
  const relations: RelationBuilder[] = []
  try {
    const lowered = await lowerQuery(spec, async (inner) => {
      const columns = inner.kind === 'iterator' ? inner.columns : outputsOf(inner)
      const relation = new RelationBuilder(columns, context.session ?? context.database)
      relations.push(relation)
      const rows =
        inner.kind === 'iterator'
          ? streamIterator(context, inner, input)
          : streamQuery(context, inner, { ...input, apart: true })
      for await (const row of rows) await relation.add(row)
      return relation.finish()
    })
    yield* use(compileQuery(lowered, await resolveTables(context, lowered), { named: false }))
  } finally {
    for (const relation of relations) await relation.drop()
  }
}

export async function collectQuery(context: QueryContext, spec: QuerySpec, input: RunInput = {}): Promise<Row[]> {
  throwIfAborted(input.signal)
  return withCurrentDefinition(context, async () => {
    if (isDirect(spec)) return collectCompiled(context, await compiledQuery(context, spec), input)
    const collect = async function* (query: CompiledQuery) {
      yield await collectCompiled(context, query, input)
    }
    for await (const rows of withCompiled(context, spec, input, collect)) return rows
    return []
  })
}

async function collectCompiled(context: QueryContext, query: CompiledQuery, input: RunInput): Promise<Row[]> {
  const parameters = input.parameters ?? NONE
  const rows = await executeStatement(context, query, { parameters, signal: input.signal })
  if (query.plain) return rows.map(query.output)
  const { skip, end } = windowOf(query, parameters)
  const kept = await filterRows(context, query, rows, input)
  return projectRows(context, query, kept.slice(skip, end), input)
}

export async function countQuery(context: QueryContext, spec: QuerySpec, input: RunInput = {}): Promise<number> {
  throwIfAborted(input.signal)
  const parameters = input.parameters ?? NONE
  return withCurrentDefinition(context, async () => {
    const count = async function* (query: CompiledQuery) {
      if (query.filters.length > 0) {
        let total = 0
        for await (const _ of streamCompiled(context, { ...query, computed: [] }, input)) total += 1
        yield total
        return
      }
      const statement = query.countStatement(parameters)
      const { rows } = await (context.session ?? context.database).execute<RawRow>(statement)
      yield Number(rows[0]?.[0] ?? 0)
    }
    for await (const total of withCompiled(context, spec, input, count)) return total
    return 0
  })
}

export async function* streamQuery(
  context: QueryContext,
  spec: QuerySpec,
  input: RunInput = {},
): AsyncGenerator<Row, void, undefined> {
  throwIfAborted(input.signal)
  const fold = planGroups(spec) ?? planWindows(spec)
  if (fold) return yield* fold.rows(streamQuery(context, fold.query, input))
  for (let [attempt, begun] = [1, false]; ; attempt += 1) {
    try {
      for await (const row of withCompiled(context, spec, input, (query) => streamCompiled(context, query, input))) {
        begun = true
        yield row
      }
      return
    } catch (error) {
      // Rows that were given cannot be taken back.
      if (begun || !mayBeOutdated(context, error, attempt)) throw refusalOf(error)
    }
  }
}

async function* streamCompiled(
  context: QueryContext,
  query: CompiledQuery,
  input: RunInput,
): AsyncGenerator<Row, void, undefined> {
  const parameters = input.parameters ?? NONE
  // A transaction has one connection, which a cursor would keep from everything else.
  if (context.session) return yield* await collectCompiled(context, query, input)
  const { skip, end } = windowOf(query, parameters)
  let seen = 0
  const statement = query.statement(parameters)
  await context.observer?.statement(statement)
  const options = input.signal ? { signal: input.signal } : {}
  const waits = input.apart || slowCall([...query.filters, ...query.computed.map(({ node }) => node)])
  const batches = waits
    ? readApart(context.database, { statement, width: query.width }, options)
    : context.database.stream<RawRow>(statement, options)
  for await (const batch of batches) {
    const rows = query.plain ? batch.map(query.output) : await computeRows(context, query, batch, input)
    for (const row of rows) {
      seen += 1
      if (seen <= skip) continue
      if (seen > end) return
      yield row
      throwIfAborted(input.signal)
    }
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CellarError('ABORTED', { subject: 'Reading rows' }, { cause: signal.reason })
}

/** The definition may have changed between compiling and running: then both are done again. */
export async function withCurrentDefinition<T>(context: QueryContext, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (!mayBeOutdated(context, error, attempt)) throw refusalOf(error)
    }
  }
}

/** True when the query is to be compiled and run again. */
function mayBeOutdated(context: QueryContext, error: unknown, attempt: number): boolean {
  if (context.session || attempt >= ATTEMPTS || !isOutdated(error) || refusalOf(error) !== error) return false
  context.catalog.invalidate()
  return true
}

/** What Postgres refuses about the query itself, in the words of the query. */
function refusalOf(error: unknown): unknown {
  if (sqlStateOf(error) === SEVERAL) return new CellarError('SEVERAL_ROWS', { subject: 'scalar' }, { cause: error })
  if (sqlStateOf(error) !== UNSUPPORTED || !/full join/i.test(String((error as Error).message))) return error
  const reason = 'the condition of a full join has to compare both sides with eq'
  return new CellarError('INVALID_QUERY', { clause: 'join', reason }, { cause: error })
}

async function computeRows(
  context: QueryContext,
  query: CompiledQuery,
  raw: readonly RawRow[],
  input: RunInput,
): Promise<Row[]> {
  return projectRows(context, query, await filterRows(context, query, raw, input), input)
}

async function filterRows(
  context: QueryContext,
  query: CompiledQuery,
  raw: readonly RawRow[],
  input: RunInput,
): Promise<readonly RawRow[]> {
  if (query.filters.length === 0) return raw
  const values = await evaluate(context, query.filters, raw.map(query.base), input)
  return raw.filter((_, index) => values[index]?.every((value) => value === true))
}

async function projectRows(
  context: QueryContext,
  query: CompiledQuery,
  raw: readonly RawRow[],
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
async function evaluate(
  context: QueryContext,
  nodes: readonly ExprNode[],
  rows: Row[],
  input: RunInput,
): Promise<unknown[][]> {
  const { signal, parameters = NONE } = input
  assertCheapCalls(context.session, nodes)
  const start = performance.now()
  const values = await context.engine.calls(nodes, rows, { parameters, ...(signal ? { signal } : {}) })
  context.observer?.javascript(nodes, rows.length, performance.now() - start)
  return values
}

function windowOf({ window }: CompiledQuery, parameters: Parameters) {
  const skip = countValue(window?.offset, parameters) ?? 0
  return { skip, end: skip + (countValue(window?.limit, parameters) ?? Number.POSITIVE_INFINITY) }
}
