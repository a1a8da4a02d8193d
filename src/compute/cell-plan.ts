import type { ExprNode } from '../expr/node.ts'
import type { FunctionDefinition } from '../func/function-definition.ts'
import type { CallStep } from './call-step.ts'

/** One value that a plan computes. */
export interface PlannedOutput {
  /** The computed column; for queries, the position in the select list. */
  readonly name: string
  readonly node: ExprNode
  readonly onError: 'abort' | 'store'
  readonly nullable: boolean
}

/** A column that cannot be computed here: a function it needs is not loaded in this process. */
export interface UnavailableColumn {
  readonly column: string
  /** Of the function, as `name@version`. */
  readonly function: string
}

/** What is computed for each row, in dependency order; made once for a table and a set of columns. */
export interface CellPlan {
  /** What the error messages name: a table's path or a query. */
  readonly subject: string
  readonly outputs: readonly PlannedOutput[]
  /** Columns that have to be in the rows: plain ones, and computed ones that are not part of the plan. */
  readonly inputs: ReadonlySet<string>
  /** Distinct calls, each after the calls and columns it depends on. */
  readonly calls: readonly CallStep[]
  readonly functions: readonly FunctionDefinition[]
  /** Wanted columns, and their dependents, that are not part of the plan. */
  readonly unavailable: readonly UnavailableColumn[]
}
