import { type RawBuilder, sql } from 'kysely'
import type { CatalogTable } from '../catalog/catalog.ts'
import { compileSql } from '../database/compiler.ts'
import type { Statement } from '../database/database.ts'
import { namedStatement } from '../database/named-statement.ts'
import { compileExpr, isSqlCompilable } from '../expr/compile-expr.ts'
import type { ExprNode } from '../expr/node.ts'
import type { OrderSpec } from '../expr/order-term.ts'
import type { ParameterNode } from '../expr/parameter-node.ts'
import { columnsOf } from '../expr/walk.ts'
import { type CodecColumn, createRowDecoder, type RawRow, type Row } from '../schema/row-codec.ts'
import { conjunctsOf } from './conditions.ts'
import type { QuerySpec } from './query-spec.ts'
import { storedType } from './stored-columns.ts'

export type Parameters = Readonly<Record<string, unknown>>

/** An expression that runs in JavaScript, under the name it has in the result. */
export interface ComputedOutput {
  readonly name: string
  readonly node: ExprNode
}

/** A query split into what Postgres does and what JavaScript does after it. */
export interface CompiledQuery {
  statement(parameters: Parameters): Statement
  countStatement(parameters: Parameters): Statement
  /** Reads the columns of a result that come from SQL as they are. */
  readonly output: (raw: RawRow) => Row
  /** What the raw columns of a result are, in their order. */
  readonly outputColumns: readonly CodecColumn[]
  /** Reads the stored columns that the JavaScript part needs. */
  readonly base: (raw: RawRow) => Row
  readonly filters: readonly ExprNode[]
  readonly order: readonly OrderSpec[]
  readonly computed: readonly ComputedOutput[]
  /** Names of the result in the order of the select. */
  readonly names: readonly string[]
  /** Set where the limit has to be applied after a JavaScript filter or sort. */
  readonly window: { readonly limit: ExprNode | undefined; readonly offset: ExprNode | undefined } | undefined
  /** Nothing is left to JavaScript but decoding. */
  readonly plain: boolean
}

/** Stands for a parameter until the values of a run are known. */
class ParameterMark {
  readonly node: ParameterNode
  constructor(node: ParameterNode) {
    this.node = node
  }
}

export function compileQuery(spec: QuerySpec, table: CatalogTable): CompiledQuery {
  const split = splitQuery(spec, table)
  const from = sql`from ${sql.raw(table.sql.table)} as t`
  const conditions = split.sqlConditions.map((node) => compile(node))
  const where = conditions.length === 0 ? sql`` : sql` where ${sql.join(conditions, sql` and `)}`
  const order = split.order.length > 0 || spec.order.length === 0 ? sql`` : sql` order by ${orderClause(spec.order)}`
  const window = split.window ? sql`` : windowClause(spec)
  const columns = [...split.direct.map((output) => compile(output.node)), ...split.base.map((name) => columnRef(name))]
  const list = columns.length === 0 ? sql`1` : sql.join(columns)
  const direct = createRowDecoder(split.direct.map(({ name, node }): CodecColumn => ({ name, type: node.type })))
  const base = createRowDecoder(split.base.map((name): CodecColumn => ({ name, type: storedType(table.spec, name) })))
  const options = { schemaVersion: `${table.id}.${table.schemaVersion}` }
  return {
    statement: prepare(sql`select ${list} ${from}${where}${order}${window}`, options),
    countStatement: prepare(
      spec.limit === undefined && spec.offset === undefined
        ? sql`select count(*) ${from}${where}`
        : sql`select count(*) from (select 1 ${from}${where}${window}) s`,
      options,
    ),
    output: (raw) => direct.decode(raw),
    outputColumns: direct.columns,
    base: (raw) => base.decode(raw, split.direct.length),
    filters: split.filters,
    order: split.order,
    computed: split.computed,
    names: split.names,
    window: split.window,
    plain: split.filters.length === 0 && split.order.length === 0 && split.computed.length === 0,
  }
}

interface SplitQuery {
  readonly names: readonly string[]
  readonly direct: readonly ComputedOutput[]
  readonly computed: readonly ComputedOutput[]
  readonly base: readonly string[]
  readonly sqlConditions: readonly ExprNode[]
  readonly filters: readonly ExprNode[]
  readonly order: CompiledQuery['order']
  readonly window: CompiledQuery['window']
}

function splitQuery(spec: QuerySpec, table: CatalogTable): SplitQuery {
  const outputs = outputsOf(spec, table)
  const direct = outputs.filter(({ node }) => isSqlCompilable(node))
  const computed = outputs.filter(({ node }) => !isSqlCompilable(node))
  const conjuncts = conjunctsOf(spec.where)
  const filters = conjuncts.filter((node) => !isSqlCompilable(node))
  const sortHere = spec.order.some((term) => !isSqlCompilable(term.node))
  const order = sortHere ? spec.order : []
  const inJavaScript = [...computed.map(({ node }) => node), ...filters, ...order.map((term) => term.node)]
  const base = [...new Set(inJavaScript.flatMap((node) => [...columnsOf(node)]))]
  const after = filters.length > 0 || sortHere
  return {
    names: outputs.map((output) => output.name),
    direct,
    computed,
    base,
    sqlConditions: conjuncts.filter((node) => isSqlCompilable(node)),
    filters,
    order,
    window: after ? { limit: spec.limit, offset: spec.offset } : undefined,
  }
}

function outputsOf(spec: QuerySpec, table: CatalogTable): readonly ComputedOutput[] {
  if (spec.select) return Object.entries(spec.select).map(([name, node]) => ({ name, node }))
  const { columns, computed, order } = table.spec
  return order.flatMap((name) => {
    const column = columns[name] ?? computed[name]
    if (column === undefined) return []
    const { type, nullable } = column
    return [{ name, node: { kind: 'column-ref', table: null, column: name, type, nullable } as const }]
  })
}

/** The columns of a query that needs no JavaScript, in the order that its `output` reads them. */
export function compileColumns(spec: QuerySpec, table: CatalogTable): readonly RawBuilder<unknown>[] {
  return splitQuery(spec, table).direct.map((output) => compile(output.node))
}

const columnRef = (name: string): RawBuilder<unknown> => sql`t.${sql.id(name)}`

function compile(node: ExprNode): RawBuilder<unknown> {
  return compileExpr(node, {
    column: (ref) => columnRef(ref.column),
    parameter: (parameter) => sql`${new ParameterMark(parameter)}::${sql.raw(parameter.type.cast)}`,
  })
}

function orderClause(order: readonly OrderSpec[]): RawBuilder<unknown> {
  const terms = order.map(({ node, direction, nulls }) => {
    const suffix = nulls === undefined ? '' : ` nulls ${nulls}`
    return sql`${compile(node)} ${sql.raw(direction + suffix)}`
  })
  return sql.join(terms)
}

function windowClause({ limit, offset }: QuerySpec): RawBuilder<unknown> {
  const limited = limit === undefined ? sql`` : sql` limit ${countClause(limit)}`
  return offset === undefined ? limited : sql`${limited} offset ${countClause(offset)}`
}

/** A fixed count stands in the text: the plan of a prepared statement depends on it. */
function countClause(node: ExprNode): RawBuilder<unknown> {
  if (node.kind === 'literal' && typeof node.value === 'number') return sql.raw(String(node.value))
  return sql`(${compile(node)})::int8`
}

/** Compiles once; a run only replaces the marks by its values. */
function prepare(query: RawBuilder<unknown>, options: { schemaVersion: string }) {
  const compiled = compileSql(query)
  const template = namedStatement(compiled, { ...options, raw: true })
  const marks = compiled.parameters.some((value) => value instanceof ParameterMark)
  return (parameters: Parameters): Statement => {
    if (!marks) return template
    return { ...template, values: compiled.parameters.map((value) => fillMark(value, parameters)) }
  }
}

function fillMark(value: unknown, parameters: Parameters): unknown {
  if (!(value instanceof ParameterMark)) return value
  const given = parameters[value.node.name]
  return given === null || given === undefined ? null : value.node.type.encode(given)
}
