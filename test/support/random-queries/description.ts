/** A query as plain data: what is generated, translated to calls and interpreted. */
export interface SelectQuery {
  readonly id: number
  readonly from: FromItem
  readonly joins: readonly Join[]
  readonly wheres: readonly Expression[]
  /** Empty: all rows are one group. */
  readonly keys: Readonly<Record<string, Expression>> | undefined
  readonly havings: readonly Expression[]
  readonly select: Readonly<Record<string, Expression>> | undefined
  readonly distinct: boolean
  readonly order: readonly Term[]
  /** Rows that are equal in the order are equal altogether. */
  readonly total: boolean
  readonly limit: number | undefined
  readonly offset: number | undefined
  /** Numbers that decide the order of the calls, as far as the callbacks leave it open. */
  readonly shuffle: readonly number[]
}

export type FromItem = { readonly id: number; readonly columns: ColumnTypes } & (
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'query'; readonly query: SelectQuery }
  | {
      readonly kind: 'set'
      readonly operator: SetOperator
      readonly left: SelectQuery
      readonly right: SelectQuery
    }
)

export const SET_OPERATORS = ['unionAll', 'union', 'except', 'intersect'] as const
export type SetOperator = (typeof SET_OPERATORS)[number]
export const JOIN_TYPES = ['inner', 'left', 'right', 'full', 'cross'] as const
export type JoinType = (typeof JOIN_TYPES)[number]

export interface Join {
  readonly type: JoinType
  readonly from: FromItem
  readonly on: Expression | true
}

export interface Term {
  readonly expression: Expression
  readonly direction: 'asc' | 'desc'
  readonly nulls: 'first' | 'last' | undefined
}

export type Type = 'int' | 'float' | 'text' | 'bool' | 'time' | 'json' | 'list'
export type ColumnTypes = Readonly<Record<string, Type>>
export type Value = unknown
export type Row = Readonly<Record<string, Value>>

export type Expression = { readonly type: Type } & (
  | { readonly kind: 'column'; readonly source: number; readonly name: string }
  /** A group key, or a column of the result: a name for another expression. */
  | { readonly kind: 'key' | 'output'; readonly query: number; readonly name: string; readonly of: Expression }
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[] }
  | { readonly kind: 'path'; readonly of: Expression; readonly steps: readonly (string | number)[] }
  | { readonly kind: 'in-list'; readonly of: Expression; readonly values: readonly Value[] }
  | {
      readonly kind: 'case'
      readonly cases: readonly (readonly [Expression, Expression])[]
      readonly otherwise: Expression | undefined
    }
  | AggregateExpression
  | WindowExpression
  | { readonly kind: 'exists' | 'scalar'; readonly query: SelectQuery }
  | { readonly kind: 'in-query'; readonly of: Expression; readonly query: SelectQuery }
)

export interface AggregateExpression {
  readonly type: Type
  readonly kind: 'aggregate'
  readonly name: string
  /** None: rows are counted. */
  readonly of: Expression | undefined
  readonly distinct: boolean
  readonly order: readonly Term[]
}

export interface WindowExpression {
  readonly type: Type
  readonly kind: 'window'
  readonly name: string
  readonly of: Expression | undefined
  readonly distance: number
  readonly partition: readonly Expression[]
  readonly order: readonly Term[]
  readonly rows: { readonly preceding?: number; readonly following?: number } | undefined
}

/** The expressions directly within another; queries are not entered. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call':
      return expression.operands
    case 'path':
    case 'in-list':
    case 'in-query':
      return [expression.of]
    case 'case':
      return [...expression.cases.flat(), ...(expression.otherwise ? [expression.otherwise] : [])]
    case 'aggregate':
      return [...(expression.of ? [expression.of] : []), ...expression.order.map((term) => term.expression)]
    case 'window':
      return [
        ...(expression.of ? [expression.of] : []),
        ...expression.partition,
        ...expression.order.map((term) => term.expression),
      ]
    default:
      return []
  }
}

/** The expressions within a query, those of its sources and sub-queries included. */
export function expressionsOf(query: SelectQuery): readonly Expression[] {
  const froms = [query.from, ...query.joins.map((join) => join.from)]
  const queries = froms.flatMap((from) =>
    from.kind === 'query' ? [from.query] : from.kind === 'set' ? [from.left, from.right] : [],
  )
  const own = [
    ...query.joins.flatMap(({ on }) => (on === true ? [] : [on])),
    ...query.wheres,
    ...Object.values(query.keys ?? {}),
    ...query.havings,
    ...Object.values(query.select ?? {}),
    ...query.order.map((term) => term.expression),
  ]
  return [...own.flatMap(withParts), ...queries.flatMap(expressionsOf)]
}

function withParts(expression: Expression): readonly Expression[] {
  const inner = 'query' in expression && typeof expression.query === 'object' ? expressionsOf(expression.query) : []
  return [expression, ...partsOf(expression).flatMap(withParts), ...inner]
}

/** What a row of the result consists of, in terms of the rows or groups. */
export function outputsOf({
  from,
  keys,
  select,
  id,
}: Pick<SelectQuery, 'from' | 'keys' | 'select' | 'id'>): Readonly<Record<string, Expression>> {
  if (select) return select
  if (keys) return keyNames(id, keys)
  return Object.fromEntries(
    Object.entries(from.columns).map(([name, type]) => [name, { kind: 'column', source: from.id, name, type }]),
  )
}

/** The keys as they are named after `groupBy`. */
export function keyNames(
  query: number,
  keys: Readonly<Record<string, Expression>>,
): Readonly<Record<string, Expression>> {
  return Object.fromEntries(
    Object.entries(keys).map(([name, of]) => [name, { kind: 'key', query, name, of, type: of.type }]),
  )
}

export function columnTypesOf(query: SelectQuery): ColumnTypes {
  return Object.fromEntries(Object.entries(outputsOf(query)).map(([name, { type }]) => [name, type]))
}
