import type { ColumnType } from '../types/column-type.ts'

/** What an expression gives: the type of its values, and whether null can be among them. */
export interface ResultType {
  readonly type: ColumnType
  readonly nullable: boolean
}
