import type { Fragment } from '../../util/sql.ts'
import type { ExprNode } from '../node.ts'
import type { ResultType } from '../result-type.ts'

/**
 * There where sums of floats can be Postgres' own, which raise an error when they overflow: the statement is run again
 * without them then. Called where one is taken.
 */
export type PlainSums = () => true

/** How an aggregate is written into a statement. */
export interface AggregateCall {
  readonly operands: readonly Fragment[]
  readonly nodes: readonly ExprNode[]
  /** `distinct ` or nothing; stands before the first operand. */
  readonly distinct: Fragment
  /** ` order by …` or nothing; stands behind the last operand. */
  readonly order: Fragment
  /** The same with every direction turned round. */
  readonly reversed: Fragment
  readonly plainSums: PlainSums | undefined
  /** Completes one call of an aggregate of Postgres: over which rows it goes. */
  call(text: Fragment, filter?: Fragment): Fragment
}

/** One entry of the table of aggregates. */
export interface Aggregate {
  result(operands: readonly ExprNode[]): ResultType
  sql(call: AggregateCall): Fragment
  /** Has a form that goes over a window of rows. */
  readonly windowed: boolean
}
