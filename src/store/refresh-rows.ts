import { CellarError } from '../errors/cellar-error.ts'
import { type ChangePlan, refreshPlan } from './change-plan.ts'
import { withConflictRetry } from './conflict-retry.ts'
import type { StoreContext } from './context.ts'
import type { EvaluateOptions } from './evaluate.ts'
import { evaluateChanges } from './evaluate-changes.ts'
import { guardedUpdate, type StagedUpdate } from './guarded-update.ts'
import { readRows, type StoredRow, withColumns } from './stored-rows.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteError } from './write-result.ts'
import { runWrite } from './write-transaction.ts'

const ATTEMPTS = 20

/** Which cells of a row are computed again; none leaves the row as it is. */
export type Wanted = (row: StoredRow) => readonly string[]

export interface Refreshed {
  readonly count: number
  /** `index` is the position among the row ids given. */
  readonly errors: readonly WriteError[]
}

/**
 * Computes cells of stored rows again and puts them in place: no version, no history. A row that somebody changed
 * meanwhile is left as it is and looked at again.
 */
export async function refreshRows(
  context: StoreContext,
  plan: WritePlan,
  { rowids, wanted }: { readonly rowids: readonly string[]; readonly wanted: Wanted },
  options: EvaluateOptions,
): Promise<Refreshed> {
  const places = new Map(rowids.map((rowid, place) => [rowid, place]))
  const errors: WriteError[] = []
  let count = 0
  let left = rowids
  for (let attempt = 1; left.length > 0; attempt += 1) {
    if (attempt > ATTEMPTS) throw new CellarError('TRANSACTION_CONFLICT', { attempts: ATTEMPTS })
    const moved: string[] = []
    for (const { change, rows } of await readGroups(context, plan, left, wanted)) {
      const indexes = rows.map(({ rowid }) => places.get(rowid) ?? 0)
      const input = { plan, change, values: {}, nodes: new Map(), media: [], indexes }
      const { update, failures } = await evaluateChanges(context, input, rows, options)
      const stale = new Set(await writeInPlace(context, plan, update))
      for (const at of stale) moved.push(update.rowids[at] as string)
      count += rows.length - stale.size
      for (const { index, column, code, message, retryable } of failures) {
        if (!stale.has(index)) errors.push({ index: indexes[index] as number, column, code, message, retryable })
      }
    }
    left = moved
  }
  return { count, errors }
}

interface Group {
  readonly change: ChangePlan
  readonly rows: readonly StoredRow[]
}

/** The rows by what has to be computed. */
async function readGroups(
  context: StoreContext,
  plan: WritePlan,
  rowids: readonly string[],
  wanted: Wanted,
): Promise<Group[]> {
  const inputs = refreshPlan(plan, plan.computed).cells.inputs
  const columns = withColumns(plan, [], [...inputs, ...plan.computed])
  const groups = new Map<string, { columns: readonly string[]; rows: StoredRow[] }>()
  for await (const rows of readRows(context, plan, {
    columns,
    selection: { condition: undefined, filters: [] },
    rowids,
  })) {
    for (const row of rows) {
      const names = wanted(row)
      if (names.length === 0) continue
      const key = names.join(' ')
      const group = groups.get(key)
      if (group) group.rows.push(row)
      else groups.set(key, { columns: names, rows: [row] })
    }
  }
  return [...groups.values()].map((group) => ({ change: refreshPlan(plan, group.columns), rows: group.rows }))
}

/** Gives the positions of rows that have moved. */
function writeInPlace(context: StoreContext, plan: WritePlan, update: StagedUpdate): Promise<readonly number[]> {
  return withConflictRetry(context, async () => {
    if (update.media.length === 0) {
      return (await guardedUpdate(context.database, plan, update, { kind: 'in-place' })).moved
    }
    return runWrite(context, plan, async (write) => {
      await write.nameMedia(update.media)
      return (await guardedUpdate(write.session, plan, update, { kind: 'in-place' })).moved
    })
  })
}
