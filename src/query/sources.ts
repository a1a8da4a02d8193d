import { columnRefNode } from '../expr/column-ref-node.ts'
import type { ScopeColumn } from '../expr/column-scope.ts'
import type { IteratorCall } from '../expr/define-iterator.ts'
import type { ExprNode } from '../expr/node.ts'
import { createSource, type Source } from '../expr/source.ts'
import { scopeColumns } from '../schema/computed-spec.ts'
import type { AnyTable } from '../schema/table.ts'
import { specOfTable } from '../schema/table-value.ts'
import { frozenRecord } from '../util/record.ts'
import type {
  IteratorSource,
  JoinSpec,
  QuerySource,
  QuerySpec,
  RowsSpec,
  SourceSpec,
  TableSource,
} from './query-spec.ts'

export function tableSource(table: AnyTable): TableSource {
  return Object.freeze({ kind: 'table', source: createSource(specOfTable(table).path), table })
}

export function querySource(query: RowsSpec): QuerySource {
  return Object.freeze({ kind: 'query', source: createSource('a query'), query })
}

export function iteratorSource(call: IteratorCall): IteratorSource {
  const { name, version, yields } = call.definition
  return Object.freeze({ kind: 'iterator', source: createSource(`${name}@${version}`), columns: yields, ...call })
}

/** Everything that can be named of a source. */
export function columnsOfSource(from: SourceSpec): Readonly<Record<string, ScopeColumn>> {
  if (from.kind === 'table') return scopeColumns(specOfTable(from.table))
  return from.kind === 'query' ? outputsOf(from.query) : from.columns
}

export function sourcesOf(spec: QuerySpec): readonly SourceSpec[] {
  return [spec.from, ...spec.joins.map((join) => join.from)]
}

/** The sources of a query, and those that they stand for. */
export function ownSources(spec: QuerySpec): ReadonlySet<Source> {
  return new Set(sourcesOf(spec).flatMap(standsFor))
}

/** A source with those that it stands for. */
export function standsFor(from: SourceSpec): readonly Source[] {
  return from.kind === 'table' ? [from.source] : [from.source, ...(from.replaces?.keys() ?? [])]
}

/** Whether rows of null can stand for each source, since an outer join found none. */
export function nullableSources(joins: readonly JoinSpec[]): readonly boolean[] {
  return joins.reduce<readonly boolean[]>(
    (before, { type }) => [
      ...before.map((nullable) => nullable || type === 'right' || type === 'full'),
      type === 'left' || type === 'full',
    ],
    [false],
  )
}

const outputs = new WeakMap<RowsSpec, Readonly<Record<string, ExprNode>>>()

/** The columns of the result by name, in their order. */
export function outputsOf(spec: RowsSpec): Readonly<Record<string, ExprNode>> {
  if (spec.kind === 'set') return outputsOf(spec.left)
  const known = outputs.get(spec)
  if (known) return known
  const found = spec.select ?? spec.groupBy ?? everyColumn(spec)
  outputs.set(spec, found)
  return found
}

/** Without `select`, a row consists of what `from` reads. */
function everyColumn(spec: QuerySpec): Readonly<Record<string, ExprNode>> {
  const [nullable] = nullableSources(spec.joins)
  const { source } = spec.from
  const columns = Object.entries(columnsOfSource(spec.from)).map(([name, column]) => {
    const result = { type: column.type, nullable: column.nullable || nullable === true }
    return [name, columnRefNode(name, result, null, source)] as const
  })
  return frozenRecord(columns)
}

/** The table, when the query does nothing but read rows of one. */
export function lonelyTable(spec: QuerySpec): AnyTable | undefined {
  const { from, joins, groupBy, having, distinct, sample } = spec
  if (from.kind !== 'table' || joins.length > 0 || groupBy || having || distinct || sample) return undefined
  return from.table
}
