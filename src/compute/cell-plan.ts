import type { ExprNode } from '../expr/node.ts'
import type { FunctionDefinition } from '../func/function-definition.ts'
import type { Step } from './step.ts'

/** One value that a plan computes. */
export interface PlannedOutput {
  /** The computed column; for queries, a name of the engine's own. */
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
  /** What error messages name: a table or a query. */
  readonly subject: string
  /** What a failure is thrown as: a failed cell, or the failed call itself. */
  readonly failsAs: 'cell' | 'call'
  readonly outputs: readonly PlannedOutput[]
  /** Columns that have to be in the rows: plain ones, and computed ones that are not part of the plan. */
  readonly inputs: ReadonlySet<string>
  readonly steps: readonly Step[]
  /** Distinct functions that the plan may call. */
  readonly functions: readonly FunctionDefinition[]
  /** Wanted columns, and dependents of them, that are not part of the plan. */
  readonly unavailable: readonly UnavailableColumn[]
}
