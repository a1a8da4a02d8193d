import type { IteratorCall } from '../expr/define-iterator.ts'
import type { ExprNode } from '../expr/node.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import type { ResultType } from '../expr/result-type.ts'
import type { Source } from '../expr/source.ts'
import type { AnyTable } from '../schema/table.ts'
import type { ColumnSpec } from '../types/column-spec.ts'

/** Rows that a query reads, under an identity of their own. */
export type SourceSpec = TableSource | QuerySource | IteratorSource | RelationSource

export interface TableSource {
  readonly kind: 'table'
  readonly source: Source
  readonly table: AnyTable
}

export interface QuerySource {
  readonly kind: 'query'
  readonly source: Source
  readonly query: RowsSpec
  readonly replaces?: Replaced
}

/** Rows that an iterator gives: JavaScript makes them for each run. */
export interface IteratorSource extends IteratorCall {
  readonly kind: 'iterator'
  readonly source: Source
  readonly columns: Readonly<Record<string, ResultType>>
  readonly replaces?: Replaced
}

/** Sources that a relation stands for: their columns, by the name that these have in it. */
export type Replaced = ReadonlyMap<Source, Readonly<Record<string, string>>>

/** Rows that JavaScript made for this run, as a relation of the statement. */
export interface RelationSource {
  readonly kind: 'relation'
  readonly source: Source
  readonly columns: Readonly<Record<string, ResultType>>
  /** Ready to stand in a statement, before its alias. */
  readonly rows: object
  readonly replaces?: Replaced
}

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'cross'

export interface JoinSpec {
  readonly type: JoinType
  readonly from: SourceSpec
  /** Undefined for a cross join. */
  readonly on: ExprNode | undefined
}

export interface SampleSpec {
  readonly size: { readonly rows: number } | { readonly fraction: number }
  readonly perGroup: readonly ExprNode[]
  readonly seed: number
}

/** What a query says, frozen: from, join, where, group, having, select, distinct, sample, order, limit, in this order. */
export interface QuerySpec {
  readonly kind: 'select'
  readonly from: SourceSpec
  readonly joins: readonly JoinSpec[]
  readonly where: ExprNode | undefined
  readonly groupBy: Readonly<Record<string, ExprNode>> | undefined
  readonly having: ExprNode | undefined
  /** Undefined: every column of `from`; after `groupBy` the keys. */
  readonly select: Readonly<Record<string, ExprNode>> | undefined
  readonly distinct: boolean
  readonly sample: SampleSpec | undefined
  readonly order: readonly OrderSpec[]
  readonly limit: ExprNode | undefined
  readonly offset: ExprNode | undefined
}

export type SetOperator = 'union' | 'union all' | 'except' | 'intersect'

/** The rows of two queries with the same columns. */
export interface SetSpec {
  readonly kind: 'set'
  readonly operator: SetOperator
  readonly left: QuerySpec
  readonly right: QuerySpec
}

export type RowsSpec = QuerySpec | SetSpec

/** A named query: its parameters, and what it reads in terms of them. */
export interface QueryDefinitionSpec {
  readonly name: string
  readonly description?: string
  readonly parameters: Readonly<Record<string, ColumnSpec>>
  readonly query: QuerySpec
  /** Of the callback that made it. */
  readonly source: string
}

export function selectFrom(from: SourceSpec): QuerySpec {
  return {
    kind: 'select',
    from,
    joins: [],
    where: undefined,
    groupBy: undefined,
    having: undefined,
    select: undefined,
    distinct: false,
    sample: undefined,
    order: [],
    limit: undefined,
    offset: undefined,
  }
}
