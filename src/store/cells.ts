import type { CellFailure } from '../compute/cell-failure.ts'

/**
 * Why a computed cell has no value, as it stands in the `_cells` of its row. A column that is fine is not in there, and
 * `_cells` is null when all are. For each column in it there is a row in `cellar.cell_errors`, which may also name cells
 * that are fine again.
 */
export interface CellState {
  readonly state: 'pending' | 'failed' | 'stale'
  readonly code?: string
  readonly message?: string
  readonly retryable?: boolean
  readonly attempts?: number
  readonly at: string
}

export type CellStates = Readonly<Record<string, CellState>>

export function pendingState(): CellState {
  return { state: 'pending', at: new Date().toISOString() }
}

export function failedState(failure: CellFailure, attempts = 1): CellState {
  const { code, message, retryable } = failure
  return { state: 'failed', code, message, retryable, attempts, at: new Date().toISOString() }
}

/** For each row what its `_cells` says; undefined when every cell of every row is fine. */
export function cellStates(
  count: number,
  failures: readonly CellFailure[],
  pending: readonly string[],
): (CellStates | null)[] | undefined {
  if (failures.length === 0 && pending.length === 0) return undefined
  const waiting = pending.length === 0 ? null : Object.fromEntries(pending.map((name) => [name, pendingState()]))
  const states = Array.from<CellStates | null>({ length: count }).fill(waiting)
  for (const failure of failures) {
    states[failure.index] = { ...states[failure.index], [failure.column]: failedState(failure) }
  }
  return states
}

export function cellsText(states: CellStates | null | undefined): string | null {
  return states === null || states === undefined || Object.keys(states).length === 0 ? null : JSON.stringify(states)
}

/** The failures of a stored row, for cells that are computed from failed ones. */
export function storedFailures(index: number, states: CellStates | null): CellFailure[] {
  if (states === null) return []
  return Object.entries(states).flatMap(([column, { state, code, message, retryable }]) =>
    state === 'failed'
      ? [{ index, column, code: code ?? '', message: message ?? '', retryable: retryable ?? false }]
      : [],
  )
}
