import type { CellFailure } from '../compute/cell-failure.ts'
import { planCells } from '../compute/plan-cells.ts'
import { columnsOf } from '../expr/walk.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import { placedCellError } from './cell-error.ts'
import { type CellStates, storedFailures } from './cells.ts'
import type { ChangePlan } from './change-plan.ts'
import type { StoreContext } from './context.ts'
import type { EvaluateOptions } from './evaluate.ts'
import { runCells } from './run-cells.ts'
import type { StoredRow } from './stored-rows.ts'
import type { WritePlan } from './write-plan.ts'

export interface ChangedCells {
  readonly failures: readonly CellFailure[]
  readonly media: ReadonlyMap<number, readonly StoredMedia[]>
  /** For each row the columns of the change that have to wait for cells that wait. */
  readonly waiting: readonly ReadonlySet<string>[]
}

export interface CellsOfChange {
  readonly plan: WritePlan
  readonly change: ChangePlan
  /** What errors call the rows. */
  readonly indexes: readonly number[]
}

const NONE: ReadonlySet<string> = new Set()

/**
 * Computes the cells of a change in stored rows that have the new values already. What reads a cell that waits, and is
 * not computed here itself, waits with it.
 */
export async function runChange(
  context: StoreContext,
  { plan, change, indexes: places }: CellsOfChange,
  stored: readonly StoredRow[],
  rows: readonly Row[],
  { onError, signal }: EvaluateOptions,
): Promise<ChangedCells> {
  const options = { ...(onError ? { onError } : {}), ...(signal ? { signal } : {}) }
  const waiting = stored.map(({ states }) => waitingCells(plan, change, states))
  const failures: CellFailure[] = []
  const media = new Map<number, readonly StoredMedia[]>()
  // Cells that are computed again are not failed any more.
  const again = new Set(change.affected)
  const groups = Map.groupBy(rows.keys(), (index) => [...(waiting[index] ?? NONE)].join(' '))
  for (const [key, indexes] of groups) {
    const left = waiting[indexes[0] as number] ?? NONE
    for (const index of indexes) for (const name of left) (rows[index] as Row)[name] = null
    const wanted = change.cells.outputs.map(({ name }) => name).filter((name) => !left.has(name))
    const cells = key === '' ? change.cells : planCells(plan.spec, new Set(wanted))
    const failed = indexes
      .flatMap((index, at) => storedFailures(at, stored[index]?.states ?? null))
      .filter(({ column }) => !again.has(column))
    const picked = indexes.map((index) => rows[index] as Row)
    const run = { ...options, ...(failed.length > 0 ? { failed } : {}) }
    const result = await runCells(context, plan, cells, picked, run).catch((error: unknown) => {
      throw placedCellError(error, (at) => places[indexes[at] as number])
    })
    for (const failure of result.errors) failures.push({ ...failure, index: indexes[failure.index] as number })
    for (const [at, list] of result.media) media.set(indexes[at] as number, list)
  }
  return { failures: failures.sort((a, b) => a.index - b.index), media, waiting }
}

function waitingCells(plan: WritePlan, change: ChangePlan, states: CellStates | null): ReadonlySet<string> {
  if (states === null || change.affected.length === 0) return NONE
  const affected = new Set(change.affected)
  const open = new Set(Object.keys(states).filter((name) => states[name]?.state === 'pending' && !affected.has(name)))
  if (open.size === 0) return NONE
  const waiting = new Set<string>()
  // In the order of declaration, in which a column only reads earlier ones.
  for (const name of change.affected) {
    const node = plan.spec.computed[name]?.node
    if (!node || ![...columnsOf(node)].some((read) => open.has(read))) continue
    open.add(name)
    waiting.add(name)
  }
  return waiting
}
