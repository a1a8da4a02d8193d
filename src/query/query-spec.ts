import type { ExprNode } from '../expr/node.ts'
import type { OrderSpec } from '../expr/order-term.ts'
import type { AnyTable } from '../schema/table.ts'
import type { ColumnSpec } from '../types/column-spec.ts'

/** What a query says, frozen. */
export interface QuerySpec {
  readonly table: AnyTable
  readonly where: ExprNode | undefined
  readonly order: readonly OrderSpec[]
  readonly limit: ExprNode | undefined
  readonly offset: ExprNode | undefined
  /** Undefined: every column of the table. */
  readonly select: Readonly<Record<string, ExprNode>> | undefined
}

/** A named query: its parameters, and what it reads in terms of them. */
export interface QueryDefinitionSpec {
  readonly name: string
  readonly parameters: Readonly<Record<string, ColumnSpec>>
  readonly query: QuerySpec
}
