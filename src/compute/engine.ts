import type { ExprNode } from '../expr/node.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import type { CallMemo } from './call-memo.ts'
import type { CellFailure } from './cell-failure.ts'
import type { CellPlan } from './cell-plan.ts'

export interface RunOptions {
  /** What a failing cell does. @default what its column declares */
  readonly onError?: 'abort' | 'store'
  readonly signal?: AbortSignal
  /** Called with the number of rows whose cells are all settled. */
  readonly onProgress?: (done: number) => void
  /** Cells of the given rows that are stored as failed: what reads them inherits their error. */
  readonly failed?: readonly CellFailure[]
  /** Results of calls that runs of one operation share, when it gives its rows in several batches. */
  readonly memo?: CallMemo
}

export interface CellResult {
  /** Cells that have no value; in the rows they are null. Ordered by row, then by column of the plan. */
  readonly errors: CellFailure[]
  /** Media that the operation stored or named, by row. They go into the catalog with the rows. */
  readonly media: ReadonlyMap<number, readonly StoredMedia[]>
}

export interface IngestOptions {
  /** Media may name files of this machine. */
  readonly allowPath: boolean
  readonly signal?: AbortSignal
}

interface CallOptions {
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
}

/** Evaluates cells in memory: which, in which order, in which batches. Holds no transaction and no connection. */
export interface Engine {
  /**
   * Computes the cells of a plan and sets them in the rows.
   *
   * @throws CELL_FAILED or CELL_UNAVAILABLE for the first failing cell that is not stored as failed; running calls are aborted
   * @throws ABORTED when the signal fires; running calls are aborted and not waited for
   */
  run(plan: CellPlan, rows: readonly Row[], options?: RunOptions): Promise<CellResult>
  /**
   * Replaces what plain media columns were given by stored media. A value that cannot be used is listed, and null in its row.
   *
   * @throws ABORTED when the signal fires
   */
  ingest(spec: TableSpec, rows: readonly Row[], options: IngestOptions): Promise<CellResult>
  /**
   * Evaluates expressions over rows, for queries that call functions.
   * Gives for each row the values in the order of the nodes.
   *
   * @throws the failure of the first function that fails
   * @throws FUNCTION_UNAVAILABLE when this process lacks a function
   */
  calls(nodes: readonly ExprNode[], rows: readonly Row[], options?: CallOptions): Promise<unknown[][]>
  /** Ends worker threads; runs that are under way fail with CLOSED. */
  close(): Promise<void>
}
