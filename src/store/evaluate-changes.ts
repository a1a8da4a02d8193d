import type { CellFailure } from '../compute/cell-failure.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from '../expr/node.ts'
import { callsOf, columnsOf } from '../expr/walk.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import { type CellStates, cellsText, failedState, pendingState } from './cells.ts'
import type { ChangePlan } from './change-plan.ts'
import type { StoreContext } from './context.ts'
import type { EvaluateOptions } from './evaluate.ts'
import type { StagedUpdate } from './guarded-update.ts'
import { parseValue, type RowIssue, rowError } from './parse-row.ts'
import { type ChangedCells, runChange } from './run-change.ts'
import { encodeRows, mediaOf } from './staged-batch.ts'
import { type StoredRow, withColumns } from './stored-rows.ts'
import type { WriteColumn, WritePlan } from './write-plan.ts'

/** A change of rows that were read. */
export interface RowChange {
  readonly plan: WritePlan
  readonly change: ChangePlan
  /** Values of the set columns: the same for all rows, or one for each. */
  readonly values: Row | readonly Row[]
  /** Set columns that are computed from the row as it was. */
  readonly nodes: ReadonlyMap<string, ExprNode>
  /** Media that the values name. */
  readonly media: readonly StoredMedia[]
  /** Positions of the rows in the input, or among the rows that matched. */
  readonly indexes: readonly number[]
}

export interface ChangedRows {
  readonly update: StagedUpdate
  /** The rows as read, with what changed. */
  readonly rows: readonly Row[]
  readonly failures: readonly CellFailure[]
}

/** Stored columns that have to be read before a change can be evaluated. */
export function columnsToRead(
  plan: WritePlan,
  change: ChangePlan,
  nodes: ReadonlyMap<string, ExprNode>,
): readonly WriteColumn[] {
  const names = [...change.cells.inputs, ...[...nodes.values()].flatMap((node) => [...columnsOf(node)])]
  return withColumns(plan, [], names)
}

/** Works out the new values of stored rows: expressions over what they were, then the cells that depend on the change. */
export async function evaluateChanges(
  context: StoreContext,
  input: RowChange,
  stored: readonly StoredRow[],
  options: EvaluateOptions,
): Promise<ChangedRows> {
  const { change, indexes } = input
  const rows = stored.map(({ row }, i) => ({ ...row, ...valuesOf(input.values, i) }))
  await setExpressions(context, input, stored, rows, options.signal)
  for (const name of change.pending) for (const row of rows) (row as Row)[name] = null
  const result = await runChange(context, input, stored, rows, options)
  const states = newStates(change, stored, result)
  const update: StagedUpdate = {
    change,
    indexes,
    rowids: stored.map(({ rowid }) => rowid),
    xmins: stored.map(({ xmin }) => xmin),
    values: encodeRows(change.assigned, rows),
    cells: states.map(cellsText),
    media: [...input.media, ...mediaOf(result.media)],
  }
  return { update, rows, failures: result.failures }
}

const valuesOf = (values: RowChange['values'], index: number): Row =>
  Array.isArray(values) ? (values[index] as Row) : (values as Row)

async function setExpressions(
  context: StoreContext,
  { plan, nodes, indexes }: RowChange,
  stored: readonly StoredRow[],
  rows: readonly Row[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (nodes.size === 0 || rows.length === 0) return
  const before = stored.map(({ row, states }) => ({ ...row, _cells: states }))
  const results = await context.engine.calls([...nodes.values()], before, signal ? { signal } : {})
  for (const [place, name] of [...nodes.keys()].entries()) {
    const column = plan.byName.get(name) as WriteColumn
    for (const [index, row] of rows.entries()) {
      const issues: RowIssue[] = []
      row[name] = parseValue(column, results[index]?.[place] ?? null, issues)
      if (issues.length > 0) throw rowError(plan, issues, indexes[index])
    }
  }
}

/** What `_cells` says after the change: dependent cells are fine now, failed, or wait; the others are as they were. */
function newStates(
  change: ChangePlan,
  stored: readonly StoredRow[],
  { failures, waiting }: ChangedCells,
): (CellStates | null)[] {
  const states = stored.map(({ states: before }, index) => {
    const after: Record<string, CellStates[string]> = { ...before }
    for (const name of change.affected) delete after[name]
    for (const name of [...change.pending, ...(waiting[index] ?? [])]) after[name] = pendingState()
    return after
  })
  for (const failure of failures) {
    const attempts = stored[failure.index]?.states?.[failure.column]?.attempts ?? 0
    const after = states[failure.index]
    if (after) after[failure.column] = failedState(failure, attempts + 1)
  }
  return states.map((after) => (Object.keys(after).length === 0 ? null : after))
}

/** @throws FUNCTION_NOT_CHEAP for expressions that would hold an open transaction */
export function assertCheapNodes(context: StoreContext, plan: WritePlan, nodes: Iterable<ExprNode>): void {
  if (!context.session) return
  for (const node of nodes) {
    const slow = callsOf(node).find(({ definition }) => definition?.cheap !== true)
    if (slow)
      throw new CellarError('FUNCTION_NOT_CHEAP', { function: slow.function.name, subject: `table ${plan.spec.path}` })
  }
}
