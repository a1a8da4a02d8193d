import type { CellPlan } from '../compute/cell-plan.ts'
import { dependentsOf, eagerColumns } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { derive, type WriteColumn, type WritePlan } from './write-plan.ts'

/** What setting some columns entails, worked out once per table and set of columns. */
export interface ChangePlan {
  /** Identifies the plan among those of its table. */
  readonly key: string
  readonly set: readonly WriteColumn[]
  /** The cells that depend on the change and are done before it is written. */
  readonly cells: CellPlan
  /** Dependent columns that wait. */
  readonly pending: readonly string[]
  /** All dependent columns. */
  readonly affected: readonly string[]
  /** What is written: the set columns, the dependent ones, and when these looked up other tables. */
  readonly assigned: readonly WriteColumn[]
}

/** @param set names of plain columns in any order */
export function changePlan(plan: WritePlan, set: Iterable<string>): ChangePlan {
  const names = [...set].sort()
  const key = `change ${names.join(' ')}`
  const known = plan.derived.get(key)
  if (known !== undefined) return known as ChangePlan
  const affected = dependentsOf(plan.spec, names)
  const eager = eagerColumns(plan.spec)
  const cells = planCells(plan.spec, new Set([...affected].filter((name) => eager.has(name))))
  const change = createChange(plan, key, names, { affected: [...affected], cells })
  // A function that is missing now may be loaded later.
  return cells.unavailable.length === 0 ? derive(plan, key, () => change) : change
}

/** Computing the cells of exactly these columns again, without any change by a writer. */
export function refreshPlan(plan: WritePlan, columns: Iterable<string>): ChangePlan {
  const wanted = new Set(columns)
  const affected = plan.computed.filter((name) => wanted.has(name))
  return createChange(plan, `refresh ${affected.join(' ')}`, [], { affected, cells: planCells(plan.spec, wanted) })
}

function createChange(
  plan: WritePlan,
  key: string,
  names: readonly string[],
  { affected, cells }: { readonly affected: readonly string[]; readonly cells: CellPlan },
): ChangePlan {
  const done = new Set(cells.outputs.map((output) => output.name))
  const columns = (list: readonly string[]) => list.flatMap((name) => plan.byName.get(name) ?? [])
  return {
    key:
      cells.unavailable.length === 0
        ? key
        : `${key} without ${cells.unavailable.map(({ column }) => column).join(' ')}`,
    set: columns(names),
    cells,
    pending: affected.filter((name) => !done.has(name)),
    affected,
    assigned: [...columns(names), ...columns(affected), ...affected.flatMap((name) => plan.moments.get(name) ?? [])],
  }
}
