import type { ExprNode } from '../expr/node.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import type { ColumnType } from '../types/column-type.ts'

/** A computed column: what it is computed from and how. */
export interface ComputedSpec {
  readonly node: ExprNode
  readonly type: ColumnType
  /** True where a reader can meet null: the expression can be null, or the cell may fail or wait. */
  readonly nullable: boolean
  readonly mode: 'eager' | 'deferred'
  readonly onError: 'abort' | 'store'
}

/** Replaced and deleted rows are kept for a time, for ever, or not at all. */
export type HistorySpec = boolean | { readonly keep: string }

/** Everything a declaration says, frozen; what the catalog stores. */
export interface TableSpec {
  readonly path: string
  readonly columns: Readonly<Record<string, ColumnSpec>>
  readonly computed: Readonly<Record<string, ComputedSpec>>
  /** All column names in the order of declaration. */
  readonly order: readonly string[]
  readonly primaryKey: readonly string[]
  readonly history: HistorySpec
  readonly comment?: string
}
