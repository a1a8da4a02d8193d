import type { CatalogTable } from '../catalog/catalog.ts'
import type { Statement } from '../database/database.ts'
import { quoteIdentifier } from '../database/identifier.ts'
import { namedStatement } from '../database/named-statement.ts'
import type { ParameterNode } from '../expr/parameter-node.ts'
import { arrayLiteral, type Encoded } from '../schema/array-literal.ts'
import type { RawRow, Row } from '../schema/row-codec.ts'
import type { AnyTable } from '../schema/table.ts'
import { Coalescer } from '../util/coalescer.ts'
import { compileSql, joinSql, raw, sql } from '../util/sql.ts'
import type { CompiledQuery } from './compile-query.ts'
import { compileNode } from './compile-rows.ts'
import { compiledQuery } from './compiled-query.ts'
import { keyOperands } from './conditions.ts'
import { collectQuery } from './execute-query.ts'
import { createStatementContext, Frame } from './frame.ts'
import { isDirect } from './lower-query.ts'
import type { Parameters } from './parameter-mark.ts'
import type { QueryContext } from './query-context.ts'
import type { QuerySpec } from './query-spec.ts'
import { lonelyTable, outputsOf } from './sources.ts'

/** Statements of one lookup under way at a time: with two, half as many keys share one, and each costs as much. */
const SLOTS = 1
const MAX_KEYS = 256

interface KeyPart {
  readonly column: string
  readonly parameter: ParameterNode
}
interface Lookup {
  readonly query: CompiledQuery
  /** Of the catalog when its table was resolved. */
  readonly revision: number
  /** Undefined where the query is more than a lookup. */
  readonly coalescer: Coalescer<Parameters, Row[]> | undefined
}

const NO_LOOKUP = { coalescer: undefined }

const lookups = new WeakMap<QueryContext['database'], WeakMap<QuerySpec, Lookup>>()

/**
 * Runs a query; concurrent runs that read one row by its whole primary key share a statement, each answered by the
 * ordinal of its key.
 */
export function collectShared(context: QueryContext, spec: QuerySpec, input: LookupInput): Promise<Row[]> {
  const known = lookups.get(context.database)?.get(spec)
  const isCurrent = known && context.session === undefined && known.revision === context.catalog.revision
  return isCurrent ? collectBy(known, context, spec, input) : collectFirst(context, spec, input)
}

interface LookupInput {
  readonly parameters: Parameters
  readonly signal?: AbortSignal | undefined
}

function collectBy(
  { coalescer }: Pick<Lookup, 'coalescer'>,
  context: QueryContext,
  spec: QuerySpec,
  { parameters, signal }: LookupInput,
): Promise<Row[]> {
  if (coalescer) return coalescer.submit(parameters)
  return collectQuery(context, spec, signal ? { parameters, signal } : { parameters })
}

async function collectFirst(context: QueryContext, spec: QuerySpec, input: LookupInput): Promise<Row[]> {
  const table = context.session || !isDirect(spec) ? undefined : lonelyTable(spec)
  const lookup = table ? await lookupOf(context, spec, table) : NO_LOOKUP
  return collectBy(lookup, context, spec, input)
}

async function lookupOf(context: QueryContext, spec: QuerySpec, declared: AnyTable): Promise<Lookup> {
  const { revision } = context.catalog
  const query = await compiledQuery(context, spec)
  const known = lookups.get(context.database) ?? new WeakMap<QuerySpec, Lookup>()
  lookups.set(context.database, known)
  const found = known.get(spec)
  if (found?.query === query) {
    const renewed = { ...found, revision }
    known.set(spec, renewed)
    return renewed
  }
  const table = await context.catalog.resolve(declared)
  const key = query.plain ? keyOf(spec, table) : undefined
  const coalescer = key === undefined ? undefined : share(context, spec, table, key)
  const lookup = { query, revision, coalescer }
  known.set(spec, lookup)
  return lookup
}

function share(context: QueryContext, spec: QuerySpec, table: CatalogTable, key: readonly KeyPart[]) {
  const statement = prepareLookup(spec, table, key)
  return new Coalescer<Parameters, Row[]>({
    slots: SLOTS,
    maxItems: MAX_KEYS,
    runAlone: (parameters) => collectQuery(context, spec, { parameters }),
    async run(requests) {
      const { output } = await compiledQuery(context, spec)
      const { rows } = await context.database.execute<RawRow>(statement(requests))
      const answers: Row[][] = requests.map(() => [])
      for (const raw of rows) answers[Number(raw[raw.length - 1]) - 1]?.push(output(raw))
      return answers
    },
  })
}

/** The parameters that stand for the primary key, when that is all the query asks for. */
function keyOf(spec: QuerySpec, table: CatalogTable): readonly KeyPart[] | undefined {
  const { primaryKey, columns } = table.spec
  if (spec.limit || spec.offset) return undefined
  const parts = keyOperands(spec.where, primaryKey)?.flatMap((parameter, at) => {
    const column = primaryKey[at] as string
    const same = parameter.kind === 'parameter' && parameter.type.kind === columns[column]?.type.kind
    return same ? [{ column, parameter }] : []
  })
  return parts?.length === primaryKey.length ? parts : undefined
}

function prepareLookup(spec: QuerySpec, table: CatalogTable, key: readonly KeyPart[]) {
  const arrays = key.map((part, index) => raw(`$${index + 1}::${part.parameter.type.bulk.parameter}`))
  const names = key.map((_, index) => raw(`k${index}`))
  const matches = key.map(
    (part, index) =>
      sql`t.${raw(quoteIdentifier(part.column))} = ${raw(`k.k${index}${part.parameter.type.bulk.element}`)}`,
  )
  const frame = new Frame(undefined)
  frame.add(spec.from, 't')
  const context = createStatementContext(new Map())
  const columns = Object.values(outputsOf(spec)).map((node) => compileNode(node, context, frame))
  const query = sql`select ${joinSql([...columns, sql`k.ordinal`])} from unnest(${joinSql(arrays)}) with ordinality
    as k(${joinSql([...names, sql`ordinal`])}) join ${raw(table.sql.table)} as t on ${joinSql(matches, ' and ')}`
  const template = namedStatement(compileSql(query), { raw: true, schemaVersion: `${table.id}.${table.schemaVersion}` })
  return (requests: readonly Parameters[]): Statement => ({
    ...template,
    values: key.map(({ parameter }) => arrayLiteral(requests.map((request) => encodeKey(parameter, request)))),
  })
}

function encodeKey(parameter: ParameterNode, request: Parameters): Encoded {
  const value = request[parameter.name]
  return value === null || value === undefined ? null : (parameter.type.encode(value) as Encoded)
}
