import type { ColumnType } from './column-type.ts'

export type GeneratorName = 'uuid7' | 'uuid4' | 'now'

/** What a row has when nothing is given. The node of an expression is known to `expr/` only. */
export type DefaultSpec =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'generator'; readonly name: GeneratorName }
  | { readonly kind: 'expression'; readonly node: unknown }

/** A declared column, parameter or argument: frozen. */
export interface ColumnSpec {
  readonly type: ColumnType
  readonly nullable: boolean
  readonly default?: DefaultSpec
  readonly primaryKey: boolean
  readonly unique: boolean
  readonly comment?: string
  /** The referenced column, as in `nodes.id`. */
  readonly references?: string
}
