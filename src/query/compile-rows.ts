import { CellarError } from '../errors/cellar-error.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { compileExpr } from '../expr/compile-expr.ts'
import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import { createSource } from '../expr/source.ts'
import { type Fragment, hole, joinSql, NO_SQL, raw, sql } from '../util/sql.ts'
import { expandSample } from './expand-sample.ts'
import { Frame, type StatementContext } from './frame.ts'
import { checkGroups, isGrouped } from './groups.ts'
import { nestAggregates } from './nest-aggregates.ts'
import { ParameterMark } from './parameter-mark.ts'
import type { JoinSpec, QuerySpec, RelationSource, RowsSpec, SourceSpec } from './query-spec.ts'
import { columnsOfSource, outputsOf } from './sources.ts'
import { withWholeKeys } from './whole-keys.ts'

/** The statement of a query that Postgres can run whole; its columns stand in the order of the outputs. */
export function compileRows(spec: RowsSpec, context: StatementContext, outer?: Frame): Fragment {
  if (spec.kind === 'set') {
    const [left, right] = [compileRows(spec.left, context, outer), compileRows(spec.right, context, outer)]
    return sql`(${left}) ${raw(spec.operator)} (${right})`
  }
  if (spec.sample) return compileRows(expandSample(spec), context, outer)
  const whole = withWholeKeys(spec)
  checkGroups(whole)
  const nested = nestAggregates(whole)
  return nested === whole ? compileSelect(whole, context, outer) : compileRows(nested, context, outer)
}

function compileSelect(spec: QuerySpec, context: StatementContext, outer: Frame | undefined): Fragment {
  const frame = new Frame(outer)
  const from = fromClause(spec, context, frame)
  const select = new SelectCompiler(spec, context, frame)
  const distinct = spec.distinct ? sql`distinct ` : NO_SQL
  return sql`select ${distinct}${select.list()} ${from}${select.keys()}${select.where()}${select.groups()}${select.tail()}`
}

/** `from … join …`; puts the sources into the frame. */
function fromClause({ from, joins }: QuerySpec, context: StatementContext, frame: Frame): Fragment {
  const first = sql`from ${sourceSql(from, context, frame)}`
  return joins.reduce((before, join) => sql`${before} ${joinClause(join, context, frame)}`, first)
}

function joinClause({ type, from, on }: JoinSpec, context: StatementContext, frame: Frame): Fragment {
  const source = sourceSql(from, context, frame)
  if (type === 'cross') return sql`cross join ${source}`
  return sql`${raw(type)} join ${source} on ${on ? compileNode(on, context, frame) : sql`true`}`
}

function sourceSql(from: SourceSpec, context: StatementContext, frame: Frame): Fragment {
  const alias = context.alias()
  if (from.kind === 'table') {
    frame.add(from, alias)
    const table = context.tables.get(from.table)
    if (!table) throw new CellarError('TABLE_NOT_FOUND', { table: from.source.name })
    return sql`${raw(table.sql.table)} as ${raw(alias)}`
  }
  const names = Object.fromEntries(Object.keys(columnsOfSource(from)).map((name, index) => [name, `c${index}`]))
  frame.add(from, alias, names)
  // The rows of iterators have become relations by now.
  const rows =
    from.kind === 'query'
      ? sql`(${compileRows(from.query, context, frame.outer)})`
      : ((from as RelationSource).rows as Fragment)
  return sql`${rows} as ${raw(alias)}(${raw(Object.values(names).join(', '))})`
}

export function compileNode(node: ExprNode, context: StatementContext, frame: Frame): Fragment {
  return compileExpr(node, {
    column: (ref) => frame.column(ref),
    parameter: (parameter) => hole(new ParameterMark(parameter)),
    plainSums: context.plainSums,
    subquery: ({ query }) => sql`(${compileRows(query.spec as QuerySpec, context, frame)})`,
  })
}

/** The clauses of one select behind its sources. */
class SelectCompiler {
  readonly #spec: QuerySpec
  readonly #context: StatementContext
  readonly #frame: Frame
  readonly #keyAlias: string
  /** Keys that are no columns, by the key of their node: each is evaluated in one place, and named from there. */
  readonly #computedKeys = new Map<string, ExprNode>()
  readonly #outputs: readonly ExprNode[]

  constructor(spec: QuerySpec, context: StatementContext, frame: Frame) {
    this.#spec = spec
    this.#context = context
    this.#frame = frame
    this.#keyAlias = context.alias()
    this.#outputs = Object.values(outputsOf(spec))
    const source = createSource('the group')
    for (const node of this.#groupNodes()) {
      const [key, name] = [nodeKey(node), `k${this.#computedKeys.size}`]
      if (node.kind === 'column-ref' || this.#computedKeys.has(key)) continue
      this.#computedKeys.set(key, columnRefNode(name, node, null, source))
    }
    if (this.#computedKeys.size > 0) frame.addKeys(source, this.#keyAlias)
  }

  list(): Fragment {
    return this.#outputs.length === 0 ? sql`1` : joinSql(this.#outputs.map((node) => this.#late(node)))
  }

  keys(): Fragment {
    const nodes = this.#groupNodes().filter((node) => node.kind !== 'column-ref')
    const distinct = [...new Map(nodes.map((node) => [nodeKey(node), node])).values()]
    if (distinct.length === 0) return NO_SQL
    const list = distinct.map((node, index) => sql`${this.#early(node)} as ${raw(`k${index}`)}`)
    return sql` cross join lateral (select ${joinSql(list)}) as ${raw(this.#keyAlias)}`
  }

  where(): Fragment {
    const { where } = this.#spec
    return where ? sql` where ${this.#early(where)}` : NO_SQL
  }

  groups(): Fragment {
    if (!isGrouped(this.#spec)) return NO_SQL
    const keys = this.#groupNodes().map((node) => this.#late(node))
    const by = keys.length === 0 ? NO_SQL : sql` group by ${joinSql(keys)}`
    const { having } = this.#spec
    return having ? sql`${by} having ${this.#late(having)}` : by
  }

  /** Order and limit. */
  tail(): Fragment {
    return sql`${this.#order()}${limitClause(this.#spec, (node) => this.#early(node))}`
  }

  #order(): Fragment {
    const { order, distinct } = this.#spec
    if (order.length === 0) return NO_SQL
    const positions = new Map(this.#outputs.map((node, index) => [nodeKey(node), index + 1]))
    const terms = order.map(({ node, direction, nulls }) => {
      const position = positions.get(nodeKey(node))
      if (distinct && position === undefined) {
        const reason = 'rows that are made distinct are ordered by selected columns'
        throw new CellarError('INVALID_QUERY', { clause: 'orderBy', reason })
      }
      const suffix = nulls === undefined ? '' : ` nulls ${nulls}`
      const term = position === undefined ? this.#late(node) : raw(String(position))
      return sql`${term} ${raw(direction + suffix)}`
    })
    return sql` order by ${joinSql(terms)}`
  }

  #groupNodes(): readonly ExprNode[] {
    return Object.values(this.#spec.groupBy ?? {})
  }

  /** Of rows, before they are grouped. */
  #early(node: ExprNode): Fragment {
    return compileNode(node, this.#context, this.#frame)
  }

  /** Of groups, where there are any. */
  #late(node: ExprNode): Fragment {
    if (this.#computedKeys.size === 0) return this.#early(node)
    return this.#early(mapNode(node, (part) => this.#computedKeys.get(nodeKey(part))))
  }
}

function limitClause({ limit, offset }: QuerySpec, compile: (node: ExprNode) => Fragment): Fragment {
  const limited = limit === undefined ? NO_SQL : sql` limit ${countClause(limit, compile)}`
  return offset === undefined ? limited : sql`${limited} offset ${countClause(offset, compile)}`
}

/** A fixed count stands in the text: the plan of a prepared statement depends on it. */
function countClause(node: ExprNode, compile: (node: ExprNode) => Fragment): Fragment {
  if (node.kind === 'literal' && typeof node.value === 'number') return raw(String(node.value))
  return sql`(${compile(node)})::int8`
}
