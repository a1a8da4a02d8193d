import { CellarError } from '../errors/cellar-error.ts'
import type { ColumnType } from '../types/column-type.ts'
import { castSql, type Fragment, type Hole, hole, joinSql, NO_SQL, raw, sql } from '../util/sql.ts'
import type { PlainSums } from './aggregates/aggregate.ts'
import { findAggregate } from './aggregates/table.ts'
import { findWindowFunction } from './aggregates/window-functions.ts'
import type { ColumnRefNode } from './column-ref-node.ts'
import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'
import { findOperation } from './operations/table.ts'
import { type OrderSpec, reverseOrder } from './order-spec.ts'
import type { ParameterNode } from './parameter-node.ts'
import type { SubqueryNode } from './subquery-node.ts'
import type { WindowFrame } from './window-node.ts'

export interface CompileContext {
  /** A reference to the stored column, which has the physical type and collation of its column type. */
  column(node: ColumnRefNode): Fragment
  /** The place of a parameter; the cast is added here. */
  parameter(node: ParameterNode): Fragment | Hole
  /** Missing where the statement cannot be run again. */
  readonly plainSums?: PlainSums | undefined
  /** A query in parentheses that gives one column, or for `exists` any. Missing where there can be none. */
  subquery?(node: SubqueryNode): Fragment
}

/**
 * Compiles an expression to SQL. Every value has an explicit type, and every text the collation "C".
 *
 * @throws INVALID_QUERY when the expression has no SQL form; `isSqlCompilable` tells
 */
export function compileExpr(node: ExprNode, context: CompileContext): Fragment {
  return visitNode(node, compilers, context)
}

const compilers: NodeHandlers<CompileContext, Fragment> = {
  literal: ({ value, type }) => (value === null ? raw(`null::${type.cast}`) : typed(hole(type.encode(value)), type)),
  'column-ref': (node, context) => context.column(node),
  parameter: (node, context) => typed(context.parameter(node), node.type),
  element: () => {
    throw notCompilable('an element of a list')
  },
  operation: (node, context) => {
    const { sql: facet } = findOperation(node.operation)
    if (facet === null) throw notCompilable(node.operation)
    return facet(
      node.operands.map((operand) => visitNode(operand, compilers, context)),
      node.operands,
    )
  },
  case: (node, context) => {
    const branches = node.branches.map(({ when, then }) => {
      const [condition, value] = [visitNode(when, compilers, context), visitNode(then, compilers, context)]
      return sql`when ${condition} then ${value}`
    })
    return sql`(case ${joinSql(branches, ' ')} else ${visitNode(node.otherwise, compilers, context)} end)`
  },
  call: (node) => {
    throw notCompilable(`call of ${node.function.name}`)
  },
  aggregate: ({ aggregate, operands, distinct, order }, context) => {
    const facet = findAggregate(aggregate)
    if (!facet) throw notCompilable(aggregate)
    return facet.sql({
      operands: operands.map((operand) => visitNode(operand, compilers, context)),
      nodes: operands,
      distinct: distinct ? sql`distinct ` : NO_SQL,
      order: orderBy(order, context),
      reversed: orderBy(order.map(reverseOrder), context),
      plainSums: context.plainSums,
      call: (text, filter) => (filter ? sql`(${text} filter (where ${filter}))` : text),
    })
  },
  window: ({ function: name, operands, partition, order, frame }, context) => {
    const values = operands.map((operand) => visitNode(operand, compilers, context))
    const parts = partition.map((part) => visitNode(part, compilers, context))
    const by = parts.length === 0 ? NO_SQL : sql`partition by ${joinSql(parts, ', ')}`
    const over = sql`over (${by}${orderBy(order, context)}${frameSql(frame)})`
    const facet = findWindowFunction(name)
    if (facet) return sql`(${facet.sql(values)} ${over})`
    const aggregate = findAggregate(name)
    if (!aggregate) throw notCompilable(name)
    return aggregate.sql({
      operands: values,
      nodes: operands,
      distinct: NO_SQL,
      order: NO_SQL,
      reversed: NO_SQL,
      plainSums: context.plainSums,
      call: (text, filter) => (filter ? sql`(${text} filter (where ${filter}) ${over})` : sql`(${text} ${over})`),
    })
  },
  subquery: (node, context) => {
    if (!context.subquery) throw notCompilable('a sub-query')
    const query = context.subquery(node)
    if (node.form === 'scalar') return query
    if (node.form === 'exists' || !node.operand) return sql`(exists ${query})`
    return sql`(${visitNode(node.operand, compilers, context)} in ${query})`
  },
}

/** ` order by …`, or nothing. */
function orderBy(order: readonly OrderSpec[], context: CompileContext): Fragment {
  if (order.length === 0) return NO_SQL
  const terms = order.map(({ node, direction, nulls }) => {
    const suffix = nulls === undefined ? '' : ` nulls ${nulls}`
    return sql`${visitNode(node, compilers, context)} ${raw(direction + suffix)}`
  })
  return sql` order by ${joinSql(terms, ', ')}`
}

function frameSql(frame: WindowFrame | undefined): Fragment {
  if (!frame) return NO_SQL
  const bound = (rows: number | undefined) => (rows === undefined ? 'unbounded' : String(rows))
  return raw(` rows between ${bound(frame.preceding)} preceding and ${bound(frame.following)} following`)
}

function typed(value: Fragment | Hole, type: ColumnType): Fragment {
  const cast = castSql(value, type.cast)
  return type.kind === 'string' ? sql`(${cast} collate "C")` : cast
}

function notCompilable(what: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause: 'an expression', reason: `${what} has no SQL form` })
}
