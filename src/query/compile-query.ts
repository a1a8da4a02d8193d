import type { CatalogTable } from '../catalog/catalog.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { literalNode } from '../expr/literal-node.ts'
import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { holds } from '../expr/node-facts.ts'
import { nodeKey } from '../expr/node-key.ts'
import { isSqlCompilable } from '../expr/sql-compilable.ts'
import { partsOfKind } from '../expr/walk.ts'
import { type CodecColumn, createRowDecoder, type RawRow, type Row } from '../schema/row-codec.ts'
import type { AnyTable } from '../schema/table.ts'
import { types } from '../types/kinds.ts'
import { sql } from '../util/sql.ts'
import { compileRows } from './compile-rows.ts'
import { allOf, conjunctsOf } from './conditions.ts'
import { createStatementContext } from './frame.ts'
import { type PreparedQuery, prepareQuery } from './parameter-mark.ts'
import type { QuerySpec } from './query-spec.ts'
import { isSqlQuery } from './query-value.ts'
import { outputsOf } from './sources.ts'

/** An expression that runs in JavaScript, under the name it has in the result. */
export interface ComputedOutput {
  readonly name: string
  readonly node: ExprNode
}

/** A query split into what Postgres does and what JavaScript does with each row after it. */
export interface CompiledQuery {
  readonly statement: PreparedQuery
  /** The same statement, but faster and with an error where a sum of floats overflows; undefined where none could. */
  readonly quickStatement: PreparedQuery | undefined
  readonly countStatement: PreparedQuery
  /** Reads the columns of a result that come from SQL as they are. */
  readonly output: (raw: RawRow) => Row
  /** What the raw columns of a result are, in their order. */
  readonly outputColumns: readonly CodecColumn[]
  /** Columns of the statement. */
  readonly width: number
  /** Reads the columns that the JavaScript part needs, under names of its own. */
  readonly base: (raw: RawRow) => Row
  readonly filters: readonly ExprNode[]
  readonly computed: readonly ComputedOutput[]
  /** Names of the result in the order of the select. */
  readonly names: readonly string[]
  /** Set where the limit has to be applied after a JavaScript filter. */
  readonly window: { readonly limit: ExprNode | undefined; readonly offset: ExprNode | undefined } | undefined
  /** Nothing is left to JavaScript but decoding. */
  readonly plain: boolean
}

export interface CompileOptions {
  /** False for a statement that is used once. @default true */
  readonly named?: boolean
}

/** @param spec a query that is run by Postgres alone, or row by row */
export function compileQuery(
  spec: QuerySpec,
  tables: ReadonlyMap<AnyTable, CatalogTable>,
  { named = true }: CompileOptions = {},
): CompiledQuery {
  const split = isSqlQuery(spec) ? undefined : splitQuery(spec)
  const inSql = split?.sql ?? spec
  const direct = createRowDecoder(Object.entries(outputsOf(inSql)).map(([name, { type }]) => ({ name, type })))
  const count = direct.columns.length - (split?.base.length ?? 0)
  const output = createRowDecoder(direct.columns.slice(0, count))
  const base = createRowDecoder(direct.columns.slice(count))
  const options = { named, schemaVersion: versionsOf(tables) }
  const rowsOf = (query: QuerySpec) => compileRows(query, createStatementContext(tables))
  let sums = 0
  const plainSums = () => {
    sums += 1
    return true as const
  }
  const quick = prepareQuery(compileRows(inSql, createStatementContext(tables, plainSums)), options)
  return {
    statement: sums === 0 ? quick : lazily(() => prepareQuery(rowsOf(inSql), options)),
    quickStatement: sums === 0 ? undefined : quick,
    countStatement: lazily(() =>
      prepareQuery(sql`select count(*) from (${rowsOf(countedRows(inSql))}) as counted`, options),
    ),
    output: (raw) => output.decode(raw),
    outputColumns: output.columns,
    width: direct.columns.length,
    base: (raw) => base.decode(raw, count),
    filters: split?.filters ?? [],
    computed: split?.computed ?? [],
    names: Object.keys(outputsOf(spec)),
    window: split && split.filters.length > 0 ? { limit: spec.limit, offset: spec.offset } : undefined,
    plain: split === undefined,
  }
}

/** Compiled when it is needed for the first time. */
function lazily(prepare: () => PreparedQuery): PreparedQuery {
  let prepared: PreparedQuery | undefined
  return (parameters) => {
    prepared ??= prepare()
    return prepared(parameters)
  }
}

function versionsOf(tables: ReadonlyMap<AnyTable, CatalogTable>): string {
  return [...tables.values()].map(({ id, schemaVersion }) => `${id}.${schemaVersion}`).join(' ')
}

/** The same rows with as few columns as their number allows. */
function countedRows(spec: QuerySpec): QuerySpec {
  if (spec.distinct || spec.groupBy || spec.having || spec.sample) return { ...spec, order: [] }
  const outputs = Object.values(outputsOf(spec))
  // An aggregate makes one row of all of them.
  if (outputs.some((node) => holds(node, 'aggregate'))) return spec
  return { ...spec, order: [], select: { one: literalNode(1, types.int) } }
}

interface SplitQuery {
  /** What Postgres does: first the outputs that it can give, then what the rest needs. */
  readonly sql: QuerySpec
  readonly base: readonly ExprNode[]
  readonly filters: readonly ExprNode[]
  readonly computed: readonly ComputedOutput[]
}

function splitQuery(spec: QuerySpec): SplitQuery {
  const outputs = Object.entries(outputsOf(spec))
  const direct = outputs.filter(([, node]) => isSqlCompilable(node))
  const computed = outputs.filter(([, node]) => !isSqlCompilable(node))
  const conjuncts = conjunctsOf(spec.where)
  const filters = conjuncts.filter((node) => !isSqlCompilable(node))
  const read = new Map<string, ExprNode>()
  for (const node of [...filters, ...computed.map(([, value]) => value)]) {
    for (const part of partsOfKind(node, 'column-ref')) read.set(nodeKey(part), part)
  }
  // Not `~0`: the values of expressions are put into the same rows under such names.
  const columns = [...read.values()].map((node, index) => [`~base${index}`, node] as const)
  const names = new Map(columns.map(([name, node]) => [nodeKey(node), name]))
  const overBase = (node: ExprNode) =>
    mapNode(node, (part) => {
      if (part.kind !== 'column-ref') return undefined
      return columnRefNode(names.get(nodeKey(part)) ?? part.column, part, null)
    })
  const where = allOf(conjuncts.filter((node) => isSqlCompilable(node)))
  const select = Object.fromEntries([...direct, ...columns])
  const window = filters.length > 0 ? { limit: undefined, offset: undefined } : {}
  return {
    sql: Object.freeze({ ...spec, where, select, ...window }),
    base: columns.map(([, node]) => node),
    filters: filters.map(overBase),
    computed: computed.map(([name, node]) => ({ name, node: overBase(node) })),
  }
}
